/* Boards: what an office hangs on its wall. Sheets with a QR code for each procedure, its limit, fee and level, and the address in letters.
 *
 *     struct board *boards;
 *     boards_read(a, s, &(struct board_choice){.day = STR("2026-11-27"), .is_all = true}, &boards, &n, &left_out, f);
 *     board_pdf(a, &boards[0], STR("https://dichvucong.example.vn"), PAPER_A3, &pdf, &n_sheets, f);
 *
 * A code leads to URL/t/PROCEDURE, an address that stays: the portal redirects it by day and place, so that a sheet outlives the page
 * it leads to. Codes are black on white, 25 mm or more, with their quiet zone, in the least version, level Q where that is no larger than M.
 *
 * What is listed: registers `offices` and `procedures` as valid on the day. A commune or district lists the procedures of its level, an
 * office of the province those that name it. One in force without an end that nobody has published is left out: its doubts are not resolved. The fee is that of the tariff
 * (procedure_fees) that asks for no condition. A sheet of invented records says so. Errors: ERR_BOARD_…, ERR_REGISTER_UNKNOWN.
 */
#ifndef TINHSO_REPORT_BOARD_H
#define TINHSO_REPORT_BOARD_H

#include "register/store.h"
#include "report/paper.h"

struct board_row {
    struct str field, code, name, limit, fee, level, decision;
    struct str office, levels, events; /* what it is chosen by: a code, two JSON texts */
    bool is_sample;
};

struct board {
    struct str id;               /* of the office, field or event: names the file */
    struct str superior, office; /* the head of the sheet */
    struct str title;            /* what is listed */
    struct str hotline, day;
    const struct board_row **rows; /* by field */
    size_t n_rows;
};

/* One of office, field, event, all. */
struct board_choice {
    struct str office, field, event;
    bool is_all; /* of each office that has a procedure */
    struct str day;
};

/* ret_left_out: procedures in force that are not published, and stand on no board. */
enum err boards_read(struct arena *a, struct store *s, const struct board_choice *choice, struct board **ret_boards,
                     size_t *ret_n, size_t *ret_left_out, struct fault *f);

enum err board_pdf(struct arena *a, const struct board *b, struct str url, enum paper_size size, struct buf *out,
                   int *ret_n_sheets, struct fault *f);

#endif
