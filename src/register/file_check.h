/* Whether a file that somebody sent can be read: what it is by its own bytes, whole, not locked, how many pages.
 *
 *     struct file_facts facts;
 *     if (file_check(name, bytes, NULL, &facts, f) != OK) …            // told to the sender in words; facts.media, facts.pages
 *
 * PDF, JPEG and PNG. The bytes are looked at in a sandboxed child (base/sandbox.h): the parent reads three numbers from it. The name is for messages, and says nothing
 * of the kind. Pages of a PDF are counted where its page tree is readable; 0: not known.
 *
 * A virus scanner may be declared: a program with its arguments, parted by blanks, to which the path of the file is added. It runs as ogr2ogr does (sandbox_run: no network, reads
 * the file, system libraries, and the paths that the command names); ending with 0 it lets the file pass, with anything else it refuses, and the last line it said is told.
 *
 * Errors: ERR_FILE_EMPTY, ERR_FILE_KIND, ERR_FILE_LARGE, ERR_FILE_BROKEN, ERR_FILE_ENCRYPTED, ERR_FILE_VIRUS, those of the sandbox.
 */
#ifndef TINHSO_REGISTER_FILE_CHECK_H
#define TINHSO_REGISTER_FILE_CHECK_H

#include "base/fault.h"
#include "base/str.h"

struct file_facts {
    const char *media; /* a literal: application/pdf, image/jpeg, image/png */
    int pages;
};

/* The scanner's command taken apart. Paths among its words (“/x”, “--y=/x”) are what it may read beside the file: its database. */
enum { SCANNER_WORDS = 16 };
struct scanner {
    const char *argv[SCANNER_WORDS + 2]; /* NULL ends it; room for the path of the file */
    const char *readable[SCANNER_WORDS + 2];
    size_t n, n_readable;
};
struct arena;
void scanner_read(struct arena *a, const char *command, struct scanner *ret);

enum err file_check(struct str name, struct str bytes, const char *scanner, struct file_facts *ret_facts,
                    struct fault *f);

#endif
