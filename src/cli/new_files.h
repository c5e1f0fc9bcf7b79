/* The files of share/new-province, carried in the program: what `tinhso new` writes. Made by tools/embed at build time.
 *
 *     for (size_t i = 0; i < n_new_files; i++) write(new_files[i].path, new_files[i].text, new_files[i].n);
 *
 * @ID@ stands for the province's id, @FOLDER@ for its folder. Paths are relative, with / between their parts.
 */
#ifndef TINHSO_CLI_NEW_FILES_H
#define TINHSO_CLI_NEW_FILES_H

#include <stddef.h>

struct new_file {
    const char *path, *text;
    size_t n;
};

extern const struct new_file new_files[];
extern const size_t n_new_files;

#endif
