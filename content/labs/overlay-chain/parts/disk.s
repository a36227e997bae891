# 六つのイメージが入ったディスク。一つのイメージは 16 セクターで、先頭がヘッダー。
# クラスター c の i 番目のワードは、イメージの番号 × 10000 + c × 1000 + i。
        .equ SECTOR, 512

        .macro image at, backing
        .org \at * SECTOR
        .ascii "OVLY"
        .word \backing          # 土台のヘッダーのセクター (0 ならない)
        .word \at + 1 + count   # 次に使う、空いたセクター
        .word 0
        .endm

        .macro cluster number, c
        .set i, 0
        .rept 128
        .word \number * 10000 + \c * 1000 + i
        .set i, i + 1
        .endr
        .endm

# base (セクター 16、番号 1): クラスター 0 から 4
        .set count, 5
        image 16, 0
        .word 17, 18, 19, 20, 21, 0, 0, 0
        .org 17 * SECTOR
        cluster 1, 0
        cluster 1, 1
        cluster 1, 2
        cluster 1, 3
        cluster 1, 4

# mid (32、番号 2) は base に重ね、クラスター 1 と 4 がある。置いた順は逆
        .set count, 2
        image 32, 16
        .word 0, 34, 0, 0, 33, 0, 0, 0
        .org 33 * SECTOR
        cluster 2, 4
        cluster 2, 1

# top (48、番号 3) は mid に重ね、クラスター 4 がある
        .set count, 1
        image 48, 32
        .word 0, 0, 0, 0, 49, 0, 0, 0
        .org 49 * SECTOR
        cluster 3, 4

# side (64) も base に重ねる。まだ空
        .set count, 0
        image 64, 16
        .word 0, 0, 0, 0, 0, 0, 0, 0

# deep (80、番号 5) は top に、deepest (96) は deep に重ねる。deep にはクラスター 0 がある
        .set count, 1
        image 80, 48
        .word 81, 0, 0, 0, 0, 0, 0, 0
        .org 81 * SECTOR
        cluster 5, 0
        .set count, 0
        image 96, 80
        .word 0, 0, 0, 0, 0, 0, 0, 0
        .org 112 * SECTOR
