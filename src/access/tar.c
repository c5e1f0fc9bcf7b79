#include "access/tar.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#include "base/banned.h"

enum {
    AT_MODE = 100,
    AT_OWNER = 108,
    AT_GROUP = 116,
    AT_SIZE = 124,
    AT_TIME = 136,
    AT_SUM = 148,
    AT_KIND = 156,
    AT_MAGIC = 257
};
enum { SIZE_BYTES = 12, SUM_BYTES = 8 };

unsigned tar_padding(uint64_t size)
{
    return (unsigned)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}

static void octal(unsigned char *p, int width, uint64_t v)
{
    char text[32];
    snprintf(text, sizeof text, "%0*llo", width - 1, (unsigned long long)v);
    memcpy(p, text, (size_t)width);
}

static unsigned sum_of(const unsigned char *block)
{
    unsigned sum = 0;
    for (int i = 0; i < TAR_BLOCK; i++)
        sum += i >= AT_SUM && i < AT_SUM + SUM_BYTES ? ' ' : block[i];
    return sum;
}

void tar_header(const char *name, uint64_t size, int64_t time_s, unsigned char block[TAR_BLOCK])
{
    must(strlen(name) < TAR_NAME_BYTES);
    memset(block, 0, TAR_BLOCK);
    memcpy(block, name, strlen(name));
    octal(block + AT_MODE, 8, 0600);
    octal(block + AT_OWNER, 8, 0);
    octal(block + AT_GROUP, 8, 0);
    if (size >> 33 == 0) {
        octal(block + AT_SIZE, SIZE_BYTES, size);
    } else {
        block[AT_SIZE] = 0x80;
        for (int i = 0; i < 8; i++)
            block[AT_SIZE + SIZE_BYTES - 1 - i] = (unsigned char)(size >> (8 * i));
    }
    octal(block + AT_TIME, SIZE_BYTES, (uint64_t)time_s);
    block[AT_KIND] = '0';
    memcpy(block + AT_MAGIC,
           "ustar\0"
           "00",
           8);
    octal(block + AT_SUM, SUM_BYTES - 1, sum_of(block));
    block[AT_SUM + SUM_BYTES - 1] = ' ';
}

static bool read_octal(const unsigned char *p, int width, uint64_t *ret)
{
    uint64_t v = 0;
    int i = 0;
    for (; i < width && p[i] >= '0' && p[i] <= '7'; i++)
        v = v << 3 | (uint64_t)(p[i] - '0');
    *ret = v;
    return i > 0 && (i == width || p[i] == 0 || p[i] == ' ');
}

bool tar_read_header(const unsigned char block[TAR_BLOCK], char name[TAR_NAME_BYTES + 1], uint64_t *ret_size)
{
    uint64_t sum, size = 0;
    bool is_end = true;
    for (int i = 0; i < TAR_BLOCK && is_end; i++)
        is_end = block[i] == 0;
    memset(name, 0, TAR_NAME_BYTES + 1);
    *ret_size = 0;
    if (is_end)
        return true;
    if (!read_octal(block + AT_SUM, SUM_BYTES, &sum) || sum != sum_of(block) || block[AT_KIND] != '0')
        return false;
    if (block[AT_SIZE] == 0x80)
        for (int i = 4; i < SIZE_BYTES; i++)
            size = size << 8 | block[AT_SIZE + i];
    else if (!read_octal(block + AT_SIZE, SIZE_BYTES, &size))
        return false;
    memcpy(name, block, TAR_NAME_BYTES);
    *ret_size = size;
    return name[0] != 0;
}
