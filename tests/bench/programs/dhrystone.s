	.file	"dhrystone.c"
	.option nopic
	.text
	.align	2
	.type	copy, @function
copy:
	lbu	a5,0(a1)
	addi	a1,a1,1
	sb	a5,0(a0)
	beq	a5,zero,.L2
.L3:
	lbu	a5,0(a1)
	addi	a0,a0,1
	addi	a1,a1,1
	sb	a5,0(a0)
	bne	a5,zero,.L3
.L2:
	ret
	.size	copy, .-copy
	.align	2
	.type	compare, @function
compare:
	lbu	a5,0(a0)
	bne	a5,zero,.L10
	j	.L15
.L12:
	lbu	a5,0(a0)
	beq	a5,zero,.L16
	mv	a1,a3
.L10:
	lbu	a4,0(a1)
	addi	a0,a0,1
	addi	a3,a1,1
	beq	a4,a5,.L12
.L11:
	sub	a0,a5,a4
	ret
.L16:
	lbu	a4,1(a1)
	sub	a0,a5,a4
	ret
.L15:
	lbu	a4,0(a1)
	j	.L11
	.size	compare, .-compare
	.align	2
	.type	name_part, @function
name_part:
	addi	sp,sp,-32
	sw	s0,24(sp)
	sw	ra,28(sp)
	sb	zero,15(sp)
	addi	s0,sp,15
	li	a4,10
	li	a2,9
.L18:
	remu	a5,a1,a4
	addi	s0,s0,-1
	mv	a3,a1
	addi	a5,a5,48
	sb	a5,0(s0)
	divu	a1,a1,a4
	bgtu	a3,a2,.L18
	lui	a1,%hi(prefix)
	addi	a1,a1,%lo(prefix)
	call	copy
	mv	a1,s0
	call	copy
	lw	ra,28(sp)
	lw	s0,24(sp)
	addi	sp,sp,32
	jr	ra
	.size	name_part, .-name_part
	.align	2
	.type	find, @function
find:
	beq	a0,zero,.L31
	addi	sp,sp,-16
	sw	s0,8(sp)
	sw	s1,4(sp)
	sw	ra,12(sp)
	mv	s0,a0
	mv	s1,a1
	j	.L22
.L24:
	lw	s0,0(s0)
	beq	s0,zero,.L25
.L22:
	addi	a0,s0,16
	mv	a1,s1
	call	compare
	bne	a0,zero,.L24
	lw	ra,12(sp)
	mv	a0,s0
	lw	s0,8(sp)
	lw	s1,4(sp)
	addi	sp,sp,16
	jr	ra
.L25:
	lw	ra,12(sp)
	lw	s0,8(sp)
	lw	s1,4(sp)
	li	a0,0
	addi	sp,sp,16
	jr	ra
.L31:
	li	a0,0
	ret
	.size	find, .-find
	.align	2
	.type	sell, @function
sell:
	lw	a3,8(a0)
	mv	a2,a3
	bleu	a3,a1,.L33
	mv	a2,a1
.L33:
	lw	a5,4(a0)
	andi	a1,a1,7
	lui	a4,%hi(sales)
	slli	a5,a5,3
	add	a5,a5,a1
	addi	a4,a4,%lo(sales)
	slli	a5,a5,2
	add	a5,a4,a5
	lw	a4,0(a5)
	lw	a1,12(a0)
	sub	a3,a3,a2
	add	a4,a4,a2
	sw	a3,8(a0)
	sw	a4,0(a5)
	mul	a0,a2,a1
	ret
	.size	sell, .-sell
	.align	2
	.type	adjust, @function
adjust:
	lw	a5,4(a0)
	li	a4,2
	beq	a5,a4,.L35
	bgtu	a5,a4,.L36
	beq	a5,zero,.L45
	lw	a4,12(a0)
	slli	a5,a4,3
	add	a5,a5,a4
	srli	a5,a5,3
	li	a4,1000
	remu	a5,a5,a4
	addi	a5,a5,1
	sw	a5,12(a0)
	ret
.L36:
	li	a4,3
	bne	a5,a4,.L46
	andi	a1,a1,1
	addi	a1,a1,-1
	andi	a5,a1,3
	sw	a5,4(a0)
.L34:
	ret
.L46:
	ret
.L35:
	lw	a5,8(a0)
	li	a4,9
	bgtu	a5,a4,.L34
	li	a4,7
	remu	a1,a1,a4
	add	a1,a1,a5
	sw	a1,8(a0)
	ret
.L45:
	lw	a5,8(a0)
	addi	a5,a5,100
	sw	a5,8(a0)
	ret
	.size	adjust, .-adjust
	.align	2
	.globl	kernel
	.type	kernel, @function
kernel:
	addi	sp,sp,-80
	sw	s0,72(sp)
	sw	s3,60(sp)
	lui	s0,%hi(parts)
	lui	s3,%hi(ROUNDS)
	sw	s1,68(sp)
	sw	s2,64(sp)
	sw	s4,56(sp)
	sw	s5,52(sp)
	sw	s6,48(sp)
	sw	ra,76(sp)
	sw	s7,44(sp)
	addi	s3,s3,%lo(ROUNDS)
	addi	s0,s0,%lo(parts)
	li	s5,3
	li	s4,0
	li	s1,0
	li	s2,0
	li	s6,10
.L48:
	andi	a5,s1,3
	sw	s4,8(s0)
	sw	s5,12(s0)
	sw	s2,0(s0)
	addi	a1,s1,95
	addi	a0,s0,16
	sw	a5,4(s0)
	addi	s1,s1,1
	mv	s2,s0
	call	name_part
	addi	s0,s0,40
	addi	s4,s4,50
	addi	s5,s5,7
	bne	s1,s6,.L48
	li	s1,0
	li	s0,0
	lui	s5,%hi(parts+360)
	li	s4,11
	li	s6,13
.L51:
	remu	a1,s1,s4
	addi	a0,sp,8
	addi	a1,a1,95
	call	name_part
	addi	a1,sp,8
	addi	a0,s5,%lo(parts+360)
	call	find
	slli	a5,s0,5
	sub	s7,a5,s0
	mv	s2,a0
	xor	s0,s0,s1
	beq	a0,zero,.L50
	remu	a1,s1,s6
	call	sell
	mv	s0,a0
	mv	a1,s1
	mv	a0,s2
	add	s0,s7,s0
	call	adjust
.L50:
	addi	s1,s1,1
	bne	s3,s1,.L51
	lui	a1,%hi(sales)
	addi	a1,a1,%lo(sales)
	addi	a2,a1,32
	addi	a1,a1,160
.L52:
	addi	a5,a2,-32
.L53:
	lw	a4,0(a5)
	slli	a3,s0,5
	sub	s0,a3,s0
	addi	a5,a5,4
	add	s0,s0,a4
	bne	a2,a5,.L53
	addi	a2,a2,32
	bne	a2,a1,.L52
	lw	ra,76(sp)
	mv	a0,s0
	lw	s0,72(sp)
	lw	s1,68(sp)
	lw	s2,64(sp)
	lw	s3,60(sp)
	lw	s4,56(sp)
	lw	s5,52(sp)
	lw	s6,48(sp)
	lw	s7,44(sp)
	addi	sp,sp,80
	jr	ra
	.size	kernel, .-kernel
	.section	.rodata
	.align	2
	.type	prefix, @object
	.size	prefix, 19
prefix:
	.string	"SPARE PART NUMBER "
	.local	sales
	.comm	sales,128,4
	.local	parts
	.comm	parts,400,4
	.ident	"GCC: (12.2.0-14+deb12u1+11+b2) 12.2.0"
