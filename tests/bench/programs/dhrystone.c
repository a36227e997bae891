/*
 * A mix of what ordinary C programs do, in the spirit of Dhrystone: records behind pointers, string
 * comparison and copying, small procedures, division, a switch, arrays. kernel() returns a checksum.
 *
 * dhrystone.s is this file, compiled:
 *     riscv64-unknown-elf-gcc -march=rv32im -mabi=ilp32 -O2 -ffreestanding -fno-builtin \
 *         -fno-section-anchors -msmall-data-limit=0 -fno-asynchronous-unwind-tables \
 *         -mno-riscv-attribute -S -o dhrystone.s dhrystone.c
 */

typedef unsigned int u32;

#define NOINLINE __attribute__((noinline))
#define PARTS 10
#define NAME_BYTES 24

extern char ROUNDS[]; /* its address is the number of rounds */

enum kind { SCREW, WHEEL, SPRING, PLATE };

struct part {
    struct part *next;
    enum kind kind;
    u32 stock;
    u32 price;
    char name[NAME_BYTES];
};

static struct part parts[PARTS];
static u32 sales[4][8];
static const char prefix[] = "SPARE PART NUMBER ";

static NOINLINE char *copy(char *to, const char *from)
{
    while ((*to = *from++) != 0)
        to++;
    return to;
}

static NOINLINE int compare(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a - *b;
}

static NOINLINE void name_part(char *name, u32 number)
{
    char digits[12];
    char *digit = digits + sizeof digits - 1;

    *digit = 0;
    do {
        *--digit = '0' + number % 10;
        number /= 10;
    } while (number != 0);
    copy(copy(name, prefix), digit);
}

static NOINLINE struct part *find(struct part *part, const char *name)
{
    while (part != 0 && compare(part->name, name) != 0)
        part = part->next;
    return part;
}

static NOINLINE u32 sell(struct part *part, u32 wanted)
{
    u32 sold = wanted < part->stock ? wanted : part->stock;

    part->stock -= sold;
    sales[part->kind][wanted & 7] += sold;
    return sold * part->price;
}

static NOINLINE void adjust(struct part *part, u32 round)
{
    switch (part->kind) {
    case SCREW:
        part->stock += 100;
        break;
    case WHEEL:
        part->price = part->price * 9 / 8 % 1000 + 1;
        break;
    case SPRING:
        if (part->stock < 10)
            part->stock += round % 7;
        break;
    case PLATE:
        part->kind = round & 1 ? SCREW : PLATE;
        break;
    }
}

u32 kernel(void)
{
    struct part *first = 0;
    u32 rounds = (u32)ROUNDS;
    u32 checksum = 0;

    for (u32 i = 0; i < PARTS; i++) {
        struct part *part = &parts[i];
        part->next = first;
        part->kind = (enum kind)(i % 4);
        part->stock = 50 * i;
        part->price = 3 + 7 * i;
        name_part(part->name, 95 + i);
        first = part;
    }
    for (u32 round = 0; round < rounds; round++) {
        char name[NAME_BYTES];
        struct part *part;

        name_part(name, 95 + round % (PARTS + 1)); /* one of these is not there */
        part = find(first, name);
        if (part != 0) {
            checksum = checksum * 31 + sell(part, round % 13);
            adjust(part, round);
        } else {
            checksum ^= round;
        }
    }
    for (u32 i = 0; i < 4; i++)
        for (u32 j = 0; j < 8; j++)
            checksum = checksum * 31 + sales[i][j];
    return checksum;
}
