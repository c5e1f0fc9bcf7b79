/* The little of tar (POSIX ustar, base-256 sizes as GNU writes them) that a backup needs: plain files with short names, one after another.
 *
 *     tar_header("manifest.json", size, block);           // 512 bytes; then the content, filled up to 512
 *     tar_read_header(block, &name, &size) …              // false for anything else; an empty name is the end
 */
#ifndef TINHSO_ACCESS_TAR_H
#define TINHSO_ACCESS_TAR_H

#include <stdbool.h>
#include <stdint.h>

enum { TAR_BLOCK = 512, TAR_NAME_BYTES = 100 };

void tar_header(const char *name, uint64_t size, int64_t time_s, unsigned char block[TAR_BLOCK]);
bool tar_read_header(const unsigned char block[TAR_BLOCK], char name[TAR_NAME_BYTES + 1], uint64_t *ret_size);
/* Bytes that fill a content up to whole blocks. */
unsigned tar_padding(uint64_t size);

#endif
