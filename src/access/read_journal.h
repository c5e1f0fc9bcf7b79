/* The journal of the log of reads: a file beside the access file (x.access.db-reads, mode 0600) to which an entry is added by one write before the answer goes out,
 * and from which entries are moved into the table read_log many at a time. An entry by itself in a transaction cost as much as the page that it is about.
 *
 *     read_journal_add(a, packed, f);                          // it survives kill -9 from here on; what settles it is the chore of a server, or the next access_open
 *     read_journal_settle(a, insert, f);                       // insert(context, packed) for each, in one transaction; the journal is empty then
 *
 * What a table of reads is asked is asked after settling, so nobody sees that there are two places. A journal bears an id of its own; the table read_journal says how much of
 * which one was taken, in the same transaction as its entries, so that nothing is taken twice when a process is killed. Writers go on while it is settled; it is emptied, in a
 * transaction of its own, when all of it was taken and nothing came since. Writers exclude each other by flock(2), threads and processes alike. An entry that was torn (its writer was killed within the write, and
 * gave no answer) is left out.
 *
 * Errors: ERR_SYSTEM (path), ERR_LIMIT when it could not be settled for long (a full disk).
 */
#ifndef TINHSO_ACCESS_READ_JOURNAL_H
#define TINHSO_ACCESS_READ_JOURNAL_H

#include "access/store.h"

/* How long it may become when nobody comes to settle it: about 250,000 reads. */
enum { JOURNAL_MOST_BYTES = 64 << 20 };

/* Opens it, and makes it when it is missing. */
enum err read_journal_open(struct access *a, struct fault *f);

enum err read_journal_add(struct access *a, struct str entry, struct fault *f);

typedef enum err journal_insert(struct access *a, struct str entry, struct fault *f);
/* Begins a transaction and ends it. */
enum err read_journal_settle(struct access *a, journal_insert *insert, struct fault *f);

#endif
