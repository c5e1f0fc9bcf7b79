/* How the national portal is reached, as `serve` and `portal` are told it. */
#ifndef TINHSO_CLI_PORTAL_H
#define TINHSO_CLI_PORTAL_H

#include "cli/cli.h"
#include "exchange/portal.h"

/* url is NULL when none is named. ERR_PORTAL_SECRET, ERR_SECRET_MODE. */
enum err portal_options_read(struct cli *c, const char *db_path, struct portal_options *ret, struct fault *f);

#define PORTAL_OPTIONS                                                                                                 \
    {"national-portal",                                                                                                \
     "URL",                                                                                                            \
     {"địa chỉ cổng dịch vụ công quốc gia; cần --national-portal-secret-file",                                         \
      "address of the national portal; needs --national-portal-secret-file"}},                                         \
        {"national-portal-secret-file",                                                                                \
         "FILE",                                                                                                       \
         {"tệp (0600) một dòng TÊN:MẬT-KHẨU của tỉnh tại cổng ấy",                                                     \
          "a file (0600) with one line NAME:PASSWORD of the province there"}},                                         \
    {                                                                                                                  \
        "national-portal-wait", "SECONDS",                                                                             \
        {                                                                                                              \
            "chờ mỗi câu trả lời bao lâu (mặc định 10)", "how long an answer is waited for (default 10)"               \
        }                                                                                                              \
    }

#endif
