/* Files that records speak of: their bytes, in the province's database, so that one transaction holds record and bytes, and a backup both.
 *
 *     file_put(c, STR("dossier_files"), id, bytes, &digest, f);         // within the change that puts the record; ERR_LIMIT
 *     file_read_bytes(a, s, STR("dossier_files"), id, &bytes, f);            // ERR_FILE_GONE
 *
 * One record, one file; no file is ever written over. Who may read the record may read the file: that is for the caller to judge, no route hands out a file by its hash.
 * When personal values of the record are erased (register/erase.h), the bytes go with them: what a scan shows of a person is no less personal. The record keeps the hash.
 * Ownership: bytes that are read lie in the arena. Limits: LIMIT_DOSSIER_FILE_BYTES.
 */
#ifndef TINHSO_REGISTER_FILE_H
#define TINHSO_REGISTER_FILE_H

#include "register/change.h"

enum err file_put(struct change *c, struct str reg, struct str id, struct str bytes, struct digest *ret_digest,
                  struct fault *f);
enum err file_read_bytes(struct arena *a, struct store *s, struct str reg, struct str id, struct str *ret_bytes,
                         struct fault *f);
/* Of a file that comes in pieces: kept apart, in their order, until all are there and somebody made a file of them. A piece belongs at the end of those that are there. */
enum err file_pieces_size(struct db *db, struct str reg, struct str id, int64_t *ret_size, struct fault *f);
enum err file_piece_add(struct db *db, struct str reg, struct str id, int64_t at, struct str bytes, struct fault *f);
enum err file_pieces_read(struct arena *a, struct db *db, struct str reg, struct str id, struct str *ret_bytes,
                          struct fault *f);
enum err file_pieces_drop(struct db *db, struct str reg, struct str id, struct fault *f);
/* For erasing, its pieces too: nothing happens where there is none. */
enum err file_erase(struct db *db, struct str reg, struct str id, struct fault *f);

#endif
