# 前の持ち主が残したデータ
        .data
        .fill 4096, 4, 0x5ec2e7
