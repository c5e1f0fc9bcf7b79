#include "cli/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "report/columns.h"

#include "base/banned.h"

enum { SILENT_US = 1000000, REDRAW_US = 100000, BAR_COLUMNS = 18, EIGHTHS = 8 };

void progress_begin(struct progress *p, enum lang lang)
{
    *p = (struct progress){.lang = lang, .is_terminal = isatty(STDERR_FILENO), .start_us = clock_mono_us()};
    p->part_us = p->start_us;
}

static size_t terminal_width(void)
{
    struct winsize w;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20 ? w.ws_col : 80;
}

static void put_bar(struct buf *out, int64_t done, int64_t total)
{
    static const char *const blocks[EIGHTHS] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int64_t filled = total > 0 ? (int64_t)((double)done / (double)total * BAR_COLUMNS * EIGHTHS) : 0;
    if (filled > BAR_COLUMNS * EIGHTHS)
        filled = BAR_COLUMNS * EIGHTHS;
    for (int64_t i = 0; i < BAR_COLUMNS; i++) {
        int64_t here = filled - i * EIGHTHS;
        buf_puts(out, here >= EIGHTHS ? "█" : blocks[here > 0 ? here : 0]);
    }
}

static void put_count(struct buf *out, int64_t n, enum lang lang)
{
    if (n >= 1000) {
        put_count(out, n / 1000, lang);
        buf_printf(out, "%c%03d", lang == LANG_EN ? ',' : '.', (int)(n % 1000));
    } else {
        buf_printf(out, "%d", (int)n);
    }
}

void progress_line(enum lang lang, struct str part, int64_t done, int64_t total, int64_t part_us, int64_t total_us,
                   size_t width, struct buf *out)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    columns_pad(&b, part, 17, false);
    buf_putc(&b, ' ');
    if (total > 0) {
        put_bar(&b, done, total);
        int64_t percent = done >= total ? 100 : (int64_t)((double)done / (double)total * 100);
        buf_printf(&b, " %3d %%  ", (int)percent);
    }
    put_count(&b, done, lang);
    buf_puts(&b, lang == LANG_EN ? " records" : " bản ghi");
    if (part_us > 0) {
        buf_puts(&b, "  ");
        put_count(&b, (int64_t)((double)done * 1e6 / (double)part_us), lang);
        buf_puts(&b, lang == LANG_EN ? "/s" : "/giây");
    }
    buf_printf(&b, "  %d:%02d", (int)(total_us / 60000000), (int)(total_us / 1000000 % 60));
    /* A line that wraps could not be drawn over. */
    struct buf line CLEANUP(buf_done) = BUF_INIT(4096);
    columns_wrap(&line, buf_view(&b), width > 1 ? width - 1 : 1, (struct str){0}, (struct str){0});
    struct str rest, first = str_cut(buf_view(&line), '\n', &rest);
    buf_str(out, first);
}

void progress_draw(struct progress *p, struct str part, int64_t done, int64_t total)
{
    int64_t now = clock_mono_us();
    if (!str_is(part, p->part)) {
        size_t n = part.n < sizeof p->part ? part.n : sizeof p->part - 1;
        memcpy(p->part, part.p ? part.p : "", n);
        p->part[n] = 0;
        p->part_us = now;
    }
    if (!p->is_terminal || now - p->start_us < SILENT_US || now - p->drawn_us < REDRAW_US)
        return;
    struct buf b CLEANUP(buf_done) = BUF_INIT(8192);
    progress_line(p->lang, part, done, total, now - p->part_us, now - p->start_us, terminal_width(), &b);
    fprintf(stderr, "\r\033[K%s", buf_cstr(&b));
    fflush(stderr);
    p->is_drawn = true;
    p->drawn_us = now;
}

void progress_end(struct progress *p)
{
    if (p->is_drawn)
        fputs("\r\033[K", stderr);
    p->is_drawn = false;
}
