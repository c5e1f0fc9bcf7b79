/* SQL functions and collations that every connection gets: folding, Vietnamese order, geometry.
 *
 *     db_functions_add(handle)                 // called by db_open for each connection
 *
 *     casei(x) accenti(x)                      text/vn.h: CASEI and ACCENTI of CQL2
 *     fold(x) fold_words(x) fold_joined(x)     text/vn.h: the forms for searching
 *     search_words(x)                          text/words.h: what a full-text index holds; empty for what is no text
 *     match_name(x) match_digits(x)            text/match.h: keys of duplicates
 *     text_lower(x) text_upper(x)              letter by letter, for all of Unicode
 *     cql2_like(text, pattern)                 LIKE of CQL2: case counts; %, _, backslash
 *     s_intersects(a, b) s_equals s_disjoint s_touches s_within s_overlaps s_crosses s_contains
 *                                              geo/geometry.h over WKB or GeoPackage blobs
 *     COLLATE vi, COLLATE vi_person            text_compare, person_compare
 *
 * NULL in, NULL out, but for search_words. The geometric ones are NULL, too, for a blob that is no geometry and for relations that GEOS does not
 * have (collections of mixed kinds in s_touches, s_crosses, s_overlaps). A constant geometry is read once a statement and
 * prepared when a second row asks for it.
 *
 * handle is a sqlite3 *, untyped so that this header needs no sqlite3.h. Returns SQLITE_OK or SQLite's error code.
 * Functions are deterministic and innocuous (trusted_schema is off: others cannot be used in views and triggers).
 */
#ifndef TINHSO_DB_FUNCTIONS_H
#define TINHSO_DB_FUNCTIONS_H

int db_functions_add(void *handle);

#endif
