/* The one table of routes. Handlers lie in api_*.c and page_*.c (declared in api.h and site.h); those of the server itself, in http/system.c. */
#include "base/limits.h"
#include "web/api.h"
#include "web/site.h"

#include "base/banned.h"

/* One row a route, one line an input: read across. */
/* clang-format off */

#define TITLE(vi, en) .title = {STR(vi), STR(en)}
#define F_HTML FORMAT_BIT(FORMAT_HTML)
#define F_JSON FORMAT_BIT(FORMAT_JSON)
#define F_GEOJSON FORMAT_BIT(FORMAT_GEOJSON)
#define F_SCHEMA (FORMAT_BIT(FORMAT_SCHEMA) | F_JSON | F_HTML)
#define F_TABLES (FORMAT_BIT(FORMAT_CSV) | FORMAT_BIT(FORMAT_XLSX))

/* ---- inputs ---- */

#define IN_REGISTER {.name = "register", .in = IN_PATH, .type = INPUT_NAME, TITLE("Sổ đăng ký", "Register")}
#define IN_ID {.name = "id", .in = IN_PATH, .type = INPUT_TEXT, .max = 400, TITLE("Khóa của bản ghi", "Id of a record")}
#define IN_CRS(input, vi, en) {.name = input, .in = IN_QUERY, .type = INPUT_TEXT, .max = 100, TITLE(vi, en)}
#define IN_PROPERTIES {.name = "properties", .in = IN_QUERY, .type = INPUT_TEXT, .max = 4000, TITLE("Chỉ những trường này, cách nhau bằng dấu phẩy", "Only these fields, separated by commas")}
#define IN_ANSWER_CRS IN_CRS("crs", "Hệ tọa độ của câu trả lời", "Coordinate system of the answer")

static const struct input register_inputs[] = {IN_REGISTER, INPUT_END};
/* What may be asked of a register's records; API and page take the same. */
#define IN_ITEMS(usual) \
    IN_REGISTER, \
    {.name = "bbox", .in = IN_QUERY, .type = INPUT_BBOX, TITLE("Khung tọa độ: tây, nam, đông, bắc", "Box: west, south, east, north")}, \
    IN_CRS("bbox-crs", "Hệ tọa độ của bbox", "Coordinate system of bbox"), \
    {.name = "datetime", .in = IN_QUERY, .type = INPUT_INTERVAL, .may_be_empty = true, TITLE("Ngày, thời điểm hoặc khoảng a/b", "Date, instant, or interval a/b")}, \
    {.name = "filter", .in = IN_QUERY, .type = INPUT_TEXT, .max = LIMIT_HTTP_TARGET_BYTES, TITLE("Bộ lọc CQL2", "CQL2 filter")}, \
    {.name = "filter-lang", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "cql2-text|cql2-json", .standard = 1, TITLE("Cách viết bộ lọc", "Notation of the filter")}, \
    IN_CRS("filter-crs", "Hệ tọa độ của bộ lọc", "Coordinate system of the filter"), \
    {.name = "q", .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, TITLE("Tìm theo từ, không cần dấu", "Words to search for, accents optional")}, \
    {.name = "sortby", .in = IN_QUERY, .type = INPUT_TEXT, .max = 1000, TITLE("Xếp theo trường; dấu - là giảm dần", "Fields to sort by; - descends")}, \
    IN_PROPERTIES, \
    IN_ANSWER_CRS, \
    {.name = "limit", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = LIMIT_PAGE_RECORDS, .standard = (usual), TITLE("Số bản ghi một trang", "Records a page")}, \
    {.name = "after", .in = IN_QUERY, .type = INPUT_TEXT, .max = LIMIT_HTTP_TEXT_BYTES, TITLE("Dấu trang, lấy từ liên kết next", "Place, out of a next link")}, \
    {.name = "count", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "exact", TITLE("Đếm hết số bản ghi khớp", "Count all that match")}, \
    {.name = "{field}", .in = IN_QUERY, .type = INPUT_TEXT, .is_open = true, TITLE("Bằng giá trị này ở trường ấy", "Equals this value in that field")}
static const struct input items_inputs[] = {IN_ITEMS(10), {.name = "purpose", .in = IN_QUERY, .type = INPUT_TEXT, .max = 500, TITLE("Lý do lấy tệp có dữ liệu cá nhân", "Why a file with personal data is taken")}, INPUT_END};
static const struct input register_page_inputs[] = {IN_ITEMS(25), INPUT_END};
static const struct input item_inputs[] = {IN_REGISTER, IN_ID, IN_PROPERTIES, IN_ANSWER_CRS, INPUT_END};
#define IN_CONTENT_CRS {.name = "Content-Crs", .in = IN_HEADER, .type = INPUT_TEXT, .max = 110, TITLE("Hệ tọa độ của nội dung gửi lên", "Coordinate system of the content")}
static const struct input create_inputs[] = {
    IN_REGISTER,
    {.name = "allow-duplicate", .in = IN_QUERY, .type = INPUT_BOOLEAN, TITLE("Vẫn ghi khi có bản ghi có thể trùng", "Write although there may be a duplicate")},
    IN_PROPERTIES,
    IN_ANSWER_CRS,
    IN_CONTENT_CRS,
    INPUT_END,
};
static const struct input change_inputs[] = {IN_REGISTER, IN_ID, IN_PROPERTIES, IN_ANSWER_CRS, IN_CONTENT_CRS, INPUT_END};
static const struct input delete_inputs[] = {IN_REGISTER, IN_ID, INPUT_END};
#define IN_FIGURE {.name = "figure", .in = IN_PATH, .type = INPUT_NAME, TITLE("Số liệu", "Figure")}
#define IN_ON {.name = "on", .in = IN_QUERY, .type = INPUT_DATE, TITLE("Tính tại ngày này thay vì ngày đã khai", "On this day instead of the declared one")}
#define IN_FROM {.name = "from", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 0, .max = INT64_MAX, TITLE("Từ thứ tự này, đếm từ 0", "From this place on, counted from 0")}
#define IN_LIMIT(most, usual) {.name = "limit", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = (most), .standard = (usual), TITLE("Nhiều nhất bao nhiêu", "How many at most")}
#define IN_INDEX {.name = "index", .in = IN_PATH, .type = INPUT_NAME, TITLE("Bộ chỉ số", "Index")}

static const struct input figure_inputs[] = {
    IN_FIGURE,
    {.name = "by", .in = IN_QUERY, .type = INPUT_TEXT, .max = 100, TITLE("Chia theo: unit:2, unit:3 hoặc một trường", "Break down by unit:2, unit:3 or a field")},
    IN_ON,
    {.name = "units-at", .in = IN_QUERY, .type = INPUT_DATE, TITLE("Trên bản đồ đơn vị của ngày này", "On the map of units of this day")},
    INPUT_END,
};
static const struct input page_figure_inputs[] = {
    IN_FIGURE,
    {.name = "by", .in = IN_QUERY, .type = INPUT_TEXT, .max = 100, TITLE("Chia theo", "Break down by")},
    IN_ON,
    {.name = "units-at", .in = IN_QUERY, .type = INPUT_DATE, TITLE("Trên bản đồ đơn vị của ngày này", "On the map of units of this day")},
    {.name = "sortby", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "value|-value|of|-of|share|-share", TITLE("Xếp các dòng theo", "Sort the rows by")},
    INPUT_END,
};
static const struct input figure_records_inputs[] = {
    IN_FIGURE,
    IN_ON,
    IN_FROM,
    IN_LIMIT(LIMIT_PAGE_RECORDS, 100),
    INPUT_END,
};
static const struct input index_inputs[] = {IN_INDEX, INPUT_END};
static const struct input index_year_inputs[] = {IN_INDEX, {.name = "year", .in = IN_PATH, .type = INPUT_INTEGER, .min = 1900, .max = 2200, TITLE("Năm", "Year")}, INPUT_END};
#define IN_YEAR {.name = "year", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1900, .max = 2200, TITLE("Năm của số liệu", "Year of the data")}
static const struct input page_index_inputs[] = {
    IN_INDEX,
    IN_YEAR,
    {.name = "change", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "up|down|same|unknown", TITLE("Thay đổi hạng", "Change of rank")},
    {.name = "sortby", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "rank|-rank|name|-name|total|-total|change|-change", TITLE("Xếp theo", "Sort by")},
    {.name = "{field}", .in = IN_QUERY, .type = INPUT_TEXT, .is_open = true, TITLE("Chỉ những đối tượng có mã này ở trường ấy", "Only subjects with this code in that field")},
    INPUT_END,
};
#define IN_SUBJECT(name_, where) {.name = name_, .in = where, .type = INPUT_TEXT, .max = 200, TITLE("Mã hoặc tên", "Id or name")}
static const struct input page_subject_inputs[] = {IN_INDEX, IN_SUBJECT("subject", IN_PATH), IN_YEAR, INPUT_END};
static const struct input page_compare_inputs[] = {IN_INDEX, IN_SUBJECT("a", IN_QUERY), IN_SUBJECT("b", IN_QUERY), IN_YEAR, INPUT_END};
static const struct input report_inputs[] = {{.name = "report", .in = IN_PATH, .type = INPUT_NAME, TITLE("Báo cáo", "Report")}, INPUT_END};
#define IN_REVISION {.name = "revision", .in = IN_PATH, .type = INPUT_INTEGER, .min = 1, .max = INT64_MAX, TITLE("Phiên bản", "Revision")}

static const struct input tile_inputs[] = {{.name = "tile", .in = IN_PATH, .type = INPUT_REST, .max = 64, TITLE("Tên mảnh theo C2SP tlog-tiles", "Name of the tile, as in C2SP tlog-tiles")}, INPUT_END};
static const struct input revision_inputs[] = {IN_REVISION, INPUT_END};
static const struct input revisions_inputs[] = {{.name = "before", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = INT64_MAX, TITLE("Trước phiên bản này", "Before this revision")}, IN_LIMIT(1000, 50), INPUT_END};
static const struct input log_records_inputs[] = {IN_REVISION, IN_FROM, IN_LIMIT(LIMIT_PAGE_RECORDS, 1000), INPUT_END};
static const struct input proof_inputs[] = {IN_REGISTER, IN_ID, INPUT_END};
static const struct input units_inputs[] = {
    {.name = "on", .in = IN_QUERY, .type = INPUT_DATE, TITLE("Cây đơn vị ngày này", "The tree of this day")},
    {.name = "name", .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, TITLE("Tên hoặc mã, cũ hay mới", "Name or code, old or new")},
    INPUT_END,
};
static const struct input unit_inputs[] = {{.name = "code", .in = IN_PATH, .type = INPUT_TEXT, .max = 200, TITLE("Mã hoặc tên đơn vị", "Code or name of a unit")}, INPUT_END};
static const struct input posts_inputs[] = {{.name = "after", .in = IN_QUERY, .type = INPUT_TEXT, .max = LIMIT_HTTP_TEXT_BYTES, TITLE("Dấu trang", "Place")}, INPUT_END};
static const struct input post_inputs[] = {IN_ID, INPUT_END};
static const struct input problem_type_inputs[] = {{.name = "type", .in = IN_PATH, .type = INPUT_NAME, TITLE("Loại lỗi", "Type of problem")}, INPUT_END};
/* Forms in which records are written: the fields of the register are the open input (web/form.h). */
#define IN_FORM(name_, type_, ...) {.name = name_, .in = IN_BODY, .type = type_, .may_be_empty = true, ##__VA_ARGS__}
#define IN_WRITE \
    IN_FORM("do", INPUT_CHOICE, .choices = "check|save|edit|merge|draft"), \
    IN_FORM("find", INPUT_TEXT, .max = 100), \
    IN_FORM("reading", INPUT_CHOICE, .choices = "vi|en"), \
    IN_FORM("reason", INPUT_TEXT, .max = 1000), \
    IN_FORM("other", INPUT_BOOLEAN), \
    {.name = "{field}", .in = IN_BODY, .type = INPUT_TEXT, .max = LIMIT_TEXT_BYTES, .is_open = true}
#define IN_REV IN_FORM("rev", INPUT_INTEGER, .min = 1, .max = INT64_MAX, .is_required = true)
static const struct input export_inputs[] = {IN_ITEMS(25), INPUT_END};
static const struct input export_post_inputs[] = {IN_ITEMS(25), IN_FORM("as", INPUT_CHOICE, .choices = "xlsx|csv"), IN_FORM("purpose", INPUT_TEXT, .max = 500), INPUT_END};
#define IN_DRAFT {.name = "draft", .in = IN_QUERY, .type = INPUT_BOOLEAN}
static const struct input record_new_form_inputs[] = {IN_REGISTER, IN_DRAFT, INPUT_END};
static const struct input record_edit_form_inputs[] = {IN_REGISTER, IN_ID, IN_DRAFT, INPUT_END};
static const struct input draft_inputs[] = {IN_FORM("form", INPUT_TEXT, .max = 600, .is_required = true), INPUT_END};
static const struct input record_new_inputs[] = {IN_REGISTER, IN_WRITE, INPUT_END};
static const struct input record_form_inputs[] = {IN_REGISTER, IN_ID, INPUT_END};
static const struct input record_edit_inputs[] = {IN_REGISTER, IN_ID, IN_REV, IN_FORM("seen", INPUT_INTEGER, .min = 1, .max = INT64_MAX), IN_WRITE, INPUT_END};
static const struct input record_remove_inputs[] = {IN_REGISTER, IN_ID, IN_REV, IN_FORM("reason", INPUT_TEXT, .max = 1000), INPUT_END};
static const struct input record_open_inputs[] = {IN_REGISTER, IN_ID, IN_FORM("reason", INPUT_TEXT, .max = 2000), INPUT_END};
static const struct input record_version_inputs[] = {IN_REGISTER, IN_ID, {.name = "version", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = INT64_MAX, .is_required = true}, INPUT_END};
static const struct input record_restore_inputs[] = {IN_REGISTER, IN_ID, IN_REV, IN_FORM("version", INPUT_INTEGER, .min = 1, .max = INT64_MAX, .is_required = true), IN_FORM("reason", INPUT_TEXT, .max = 1000), INPUT_END};
#define IN_BULK IN_ITEMS(25), {.name = "set", .in = IN_QUERY, .type = INPUT_NAME, .may_be_empty = true}
static const struct input bulk_inputs[] = {IN_BULK, INPUT_END};
static const struct input bulk_post_inputs[] = {IN_BULK, IN_FORM("seen", INPUT_INTEGER, .max = INT64_MAX), IN_FORM("leave", INPUT_BOOLEAN), IN_WRITE, INPUT_END};
static const struct input change_page_inputs[] = {IN_REGISTER, IN_REVISION, INPUT_END};
static const struct input change_undo_inputs[] = {IN_REGISTER, IN_REVISION, IN_FORM("reason", INPUT_TEXT, .max = 1000), INPUT_END};
#define IN_KEY {.name = "id", .in = IN_PATH, .type = INPUT_TEXT, .max = 400, TITLE("Mã của yêu cầu", "Code of a request")}
static const struct input desk_requests_inputs[] = {{.name = "all", .in = IN_QUERY, .type = INPUT_BOOLEAN, TITLE("Cả yêu cầu đã xong", "Finished ones too")}, INPUT_END};
static const struct input node_inputs[] = {{.name = "node", .in = IN_PATH, .type = INPUT_NAME, TITLE("Quầy", "Node")}, INPUT_END};
static const struct input partner_inputs[] = {
    {.name = "letter", .in = IN_BODY, .type = INPUT_INTEGER, .is_required = true, .min = 1, .max = INT64_MAX},
    {.name = "do", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "again|leave-out", .is_required = true},
    IN_FORM("reason", INPUT_TEXT, .max = 500),
    INPUT_END,
};
static const struct input desk_request_inputs[] = {IN_KEY, INPUT_END};
#define IN_STEP {.name = "step", .in = IN_PATH, .type = INPUT_NAME, TITLE("Việc", "Step")}
static const struct input act_page_inputs[] = {IN_REGISTER, IN_ID, IN_STEP, INPUT_END};
static const struct input act_inputs[] = {IN_REGISTER, IN_ID, IN_STEP, IN_FORM("seen", INPUT_INTEGER, .min = 0, .max = INT64_MAX, .is_required = true), IN_WRITE, INPUT_END};
static const struct input act_batch_inputs[] = {IN_REGISTER, IN_STEP, IN_WRITE, INPUT_END};
static const struct input inbox_inputs[] = {
    {.name = "tab", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "tasks|open|late|soon|waiting|owed|done", .may_be_empty = true, TITLE("Những hồ sơ nào", "Which dossiers")},
    {.name = "q", .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, .may_be_empty = true, TITLE("Mã hồ sơ hay tên người nộp", "Code or applicant")},
    {.name = "after", .in = IN_QUERY, .type = INPUT_TEXT, .max = LIMIT_HTTP_TEXT_BYTES, TITLE("Dấu trang", "Place")},
    {.name = "office", .in = IN_QUERY, .type = INPUT_NAME, .may_be_empty = true, TITLE("Cơ quan giải quyết", "Competent office")},
    {.name = "procedure", .in = IN_QUERY, .type = INPUT_NAME, .may_be_empty = true, TITLE("Thủ tục", "Procedure")},
    {.name = "status", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "1|2|3|4|5|6|7|8|9|10", .may_be_empty = true, TITLE("Trạng thái", "Status")},
    {.name = "wait", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "ours|applicant|finance|consulted|collect", .may_be_empty = true, TITLE("Đang chờ ai", "Waiting for whom")},
    {.name = "before", .in = IN_QUERY, .type = INPUT_TEXT, .max = 40, .may_be_empty = true, TITLE("Ở trạng thái ấy từ lúc này trở về trước", "In that status since this moment or before")},
    {.name = "rev", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 0, .max = INT64_MAX, TITLE("Phiên bản vừa ghi", "The revision just written")},
    {.name = "decided", .in = IN_QUERY, .type = INPUT_BOOLEAN, TITLE("Vừa ký cho nhiều hồ sơ", "Several were just decided")},
    {.name = "done", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 0, .max = 1000000, TITLE("Vừa làm với bao nhiêu hồ sơ", "How many were just done")},
    INPUT_END,
};
static const struct input dossier_inputs[] = {IN_ID, INPUT_END};
static const struct input dossier_paper_inputs[] = {IN_ID, {.name = "number", .in = IN_PATH, .type = INPUT_INTEGER, .min = 1, .max = 1000000, TITLE("Bước", "Step")}, {.name = "as", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "html|pdf", TITLE("Dạng", "Form")}, INPUT_END};
static const struct input dossier_file_inputs[] = {IN_ID, {.name = "number", .in = IN_PATH, .type = INPUT_INTEGER, .min = 1, .max = 1000000, TITLE("Tệp số", "Number of the file")}, INPUT_END};
static const struct input attach_page_inputs[] = {IN_ID, {.name = "number", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = INT32_MAX, TITLE("Một tệp đang chờ lưu", "One file that waits")}, INPUT_END};
static const struct input attach_inputs[] = {IN_ID, IN_FORM("component", INPUT_INTEGER, .min = 0, .max = 1000), IN_FORM("file", INPUT_FILE), INPUT_END};
static const struct input attach_remove_inputs[] = {IN_ID, IN_FORM("number", INPUT_INTEGER, .is_required = true, .min = 1, .max = 100000), INPUT_END};
static const struct input dossier_form_inputs[] = {IN_ID, IN_FORM("seen", INPUT_INTEGER, .is_required = true, .min = 1, .max = INT64_MAX), IN_WRITE, INPUT_END};
static const struct input counter_inputs[] = {{.name = "q", .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, .may_be_empty = true, TITLE("Thủ tục nào", "Which procedure")}, INPUT_END};
#define IN_PROCEDURE_PATH {.name = "procedure", .in = IN_PATH, .type = INPUT_NAME, TITLE("Mã thủ tục", "Code of the procedure")}
static const struct input counter_form_inputs[] = {IN_PROCEDURE_PATH, INPUT_END};
static const struct input counter_post_inputs[] = {IN_PROCEDURE_PATH, IN_FORM("sent_as", INPUT_TEXT, .max = 40), IN_FORM("channel", INPUT_CHOICE, .choices = "counter|post"), IN_FORM("missing", INPUT_BOOLEAN), IN_WRITE, INPUT_END};
static const struct input my_requests_inputs[] = {{.name = "sent", .in = IN_QUERY, .type = INPUT_TEXT, .max = 64, TITLE("Yêu cầu vừa gửi", "The request just made")}, INPUT_END};
static const struct input my_request_inputs[] = {IN_FORM("kind", INPUT_TEXT, .max = 64), IN_FORM("words", INPUT_TEXT, .max = 10000), INPUT_END};
static const struct input erasures_inputs[] = {{.name = "after", .in = IN_QUERY, .type = INPUT_TEXT, .max = LIMIT_HTTP_TEXT_BYTES, TITLE("Dấu trang", "Place")}, INPUT_END};
static const struct input record_erase_form_inputs[] = {IN_REGISTER, IN_ID, {.name = "done", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = INT64_MAX}, INPUT_END};
static const struct input record_erase_inputs[] = {
    IN_REGISTER,
    IN_ID,
    IN_FORM("do", INPUT_CHOICE, .choices = "check|erase|edit"),
    IN_FORM("reason", INPUT_TEXT, .max = 1000),
    IN_FORM("basis", INPUT_TEXT, .max = 1000),
    {.name = "{field}", .in = IN_BODY, .type = INPUT_TEXT, .max = 10, .is_open = true},
    INPUT_END,
};
static const struct input consent_inputs[] = {{.name = "id", .in = IN_PATH, .type = INPUT_TEXT, .max = 400, TITLE("Mã của sự đồng ý", "Code of a consent")}, INPUT_END};
static const struct input retention_inputs[] = {IN_FORM("do", INPUT_CHOICE, .choices = "check|run"), INPUT_END};
#define IN_TOKEN {.name = "token", .in = IN_PATH, .type = INPUT_NAME, .max = 64}
static const struct input import_inputs[] = {IN_REGISTER, {.name = "file", .in = IN_BODY, .type = INPUT_FILE}, IN_FORM("mode", INPUT_CHOICE, .choices = "upsert|create|update|replace"), INPUT_END};
static const struct input import_check_inputs[] = {IN_REGISTER, IN_TOKEN, INPUT_END};
static const struct input import_write_inputs[] = {IN_REGISTER, IN_TOKEN, IN_FORM("do", INPUT_CHOICE, .choices = "map|save|drop"), IN_FORM("valid", INPUT_BOOLEAN), IN_FORM("gone", INPUT_INTEGER, .min = 0, .max = INT64_MAX), IN_FORM("reason", INPUT_TEXT, .max = 1000), {.name = "{column}", .in = IN_BODY, .type = INPUT_TEXT, .max = 200, .is_open = true}, INPUT_END};
static const struct input choices_inputs[] = {
    IN_REGISTER,
    {.name = "field", .in = IN_PATH, .type = INPUT_NAME},
    {.name = "q", .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, .may_be_empty = true},
    {.name = "day", .in = IN_QUERY, .type = INPUT_TEXT, .max = 100, .may_be_empty = true},
    INPUT_END,
};
static const struct input asset_inputs[] = {
    {.name = "hash", .in = IN_PATH, .type = INPUT_NAME},
    {.name = "name", .in = IN_PATH, .type = INPUT_NAME},
    INPUT_END,
};
#define IN_NEXT(where) {.name = "next", .in = where, .type = INPUT_TEXT, .may_be_empty = true, .max = LIMIT_HTTP_TARGET_BYTES, TITLE("Trang đi tiếp", "Page to go on to")}
#define IN_TYPED(input, most, vi, en) {.name = input, .in = IN_BODY, .type = INPUT_TEXT, .max = (most), .may_be_empty = true, TITLE(vi, en)}
#define IN_ACCOUNT {.name = "name", .in = IN_PATH, .type = INPUT_NAME, .max = 64, TITLE("Tên tài khoản", "Name of an account")}
#define IN_LINK {.name = "link", .in = IN_PATH, .type = INPUT_NAME, .max = 64, TITLE("Liên kết dùng một lần", "One-time link")}
#define IN_PASSWORD(input) IN_TYPED(input, 1024, "Mật khẩu", "Password")
static const struct input next_inputs[] = {IN_NEXT(IN_QUERY), INPUT_END};
static const struct input sign_in_inputs[] = {IN_TYPED("name", 200, "Tên", "Name"), IN_PASSWORD("password"), IN_NEXT(IN_BODY), INPUT_END};
static const struct input again_inputs[] = {IN_PASSWORD("password"), IN_NEXT(IN_BODY), INPUT_END};
static const struct input code_inputs[] = {IN_TYPED("code", 64, "Mã", "Code"), IN_NEXT(IN_BODY), INPUT_END};
static const struct input second_factor_inputs[] = {IN_TYPED("code", 64, "Mã", "Code"), IN_TYPED("present", 64, "Mã đang dùng", "Present code"), IN_NEXT(IN_BODY), INPUT_END};
static const struct input recovery_inputs[] = {IN_TYPED("present", 64, "Mã đang dùng", "Present code"), INPUT_END};
#define IN_PROVIDER {.name = "provider", .in = IN_PATH, .type = INPUT_NAME, .max = 32, TITLE("Nhà cung cấp", "Provider")}
static const struct input provider_inputs[] = {IN_PROVIDER, IN_NEXT(IN_QUERY), INPUT_END};
static const struct input provider_back_inputs[] = {IN_PROVIDER, {.name = "{answer}", .in = IN_QUERY, .type = INPUT_TEXT, .is_open = true, TITLE("Điều nhà cung cấp trả lời", "What the provider answers")}, INPUT_END};
static const struct input events_inputs[] = {
    {.name = "before", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 1, .max = INT64_MAX, TITLE("Trước việc này", "Before this event")},
    {.name = "kind", .in = IN_QUERY, .type = INPUT_TEXT, .max = 40, .may_be_empty = true, TITLE("Loại việc", "Kind of event")},
    {.name = "name", .in = IN_QUERY, .type = INPUT_TEXT, .max = 64, .may_be_empty = true, TITLE("Tài khoản", "Account")},
    INPUT_END,
};
static const struct input link_inputs[] = {IN_LINK, INPUT_END};
static const struct input welcome_inputs[] = {IN_LINK, IN_TYPED("name", 64, "Tên", "Name"), IN_TYPED("full_name", 200, "Họ và tên", "Full name"), IN_PASSWORD("password"), IN_PASSWORD("again"), INPUT_END};
static const struct input password_inputs[] = {IN_PASSWORD("former"), IN_PASSWORD("password"), IN_PASSWORD("again"), INPUT_END};
static const struct input session_inputs[] = {{.name = "session", .in = IN_PATH, .type = INPUT_INTEGER, .min = 1, .max = INT64_MAX, TITLE("Phiên", "Session")}, INPUT_END};
static const struct input delegate_inputs[] = {
    IN_TYPED("to", 200, "Người được ủy quyền", "Lent to"),
    IN_TYPED("role", 64, "Vai trò", "Role"),
    IN_TYPED("unit", 64, "Đơn vị", "Unit"),
    IN_TYPED("from", 32, "Ngày đầu", "First day"),
    IN_TYPED("until", 32, "Ngày cuối", "Last day"),
    IN_TYPED("reason", 4000, "Lý do", "Reason"),
    INPUT_END,
};
static const struct input delegation_inputs[] = {{.name = "delegation", .in = IN_PATH, .type = INPUT_INTEGER, .min = 1, .max = INT64_MAX, TITLE("Ủy quyền", "Delegation")}, INPUT_END};
static const struct input users_inputs[] = {{.name = "after", .in = IN_QUERY, .type = INPUT_TEXT, .max = 64, TITLE("Sau tên này", "After this name")}, INPUT_END};
static const struct input agencies_inputs[] = {{.name = "after", .in = IN_QUERY, .type = INPUT_TEXT, .max = 64, TITLE("Sau mã này", "After this code")}, INPUT_END};
static const struct input role_inputs[] = {{.name = "role", .in = IN_PATH, .type = INPUT_NAME, .max = 64, TITLE("Vai trò", "Role")}, INPUT_END};
static const struct input user_inputs[] = {IN_ACCOUNT, INPUT_END};
static const struct input user_add_inputs[] = {
    IN_TYPED("name", 200, "Tên", "Name"),
    IN_TYPED("full_name", 200, "Họ và tên", "Full name"),
    IN_TYPED("agency", 64, "Cơ quan", "Agency"),
    IN_TYPED("unit", 64, "Đơn vị", "Unit"),
    IN_TYPED("roles", 1000, "Các vai trò", "Roles"),
    IN_TYPED("personal_id", 32, "Số định danh", "Personal id"),
    INPUT_END,
};
static const struct input user_roles_inputs[] = {
    IN_ACCOUNT,
    IN_TYPED("role", 64, "Vai trò", "Role"),
    {.name = "act", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "add|remove", .is_required = true, TITLE("Thêm hay bỏ", "Add or remove")},
    INPUT_END,
};
#define IN_PROCEDURE {.name = "procedure", .in = IN_PATH, .type = INPUT_NAME, .max = 60, TITLE("Mã thủ tục", "Code of a procedure")}
#define IN_DAY {.name = "on", .in = IN_QUERY, .type = INPUT_DATE, .may_be_empty = true, TITLE("Danh mục có hiệu lực ngày này", "The catalogue in force on this day")}
#define IN_PLACE {.name = "u", .in = IN_QUERY, .type = INPUT_TEXT, .max = 20, .may_be_empty = true, TITLE("Mã xã, phường, cũ hay mới", "Code of a commune, old or new")}
#define IN_WORDS(name_, vi, en) {.name = name_, .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, .may_be_empty = true, TITLE(vi, en)}
static const struct input services_inputs[] = {
    IN_WORDS("q", "Việc cần làm, theo cách quen gọi", "What is needed, in people's words"),
    IN_WORDS("event", "Việc trong đời", "Life event"),
    IN_WORDS("field", "Lĩnh vực", "Field"),
    IN_WORDS("office", "Cơ quan hoặc cấp giải quyết", "Office or level that settles it"),
    IN_WORDS("level", "Mức độ trực tuyến", "Online level"),
    IN_WORDS("missing", "Mã không có trong danh mục", "A code that the catalogue has not"),
    IN_DAY,
    {.name = "after", .in = IN_QUERY, .type = INPUT_INTEGER, .min = 0, .max = 100000, TITLE("Dấu trang", "Place")},
    INPUT_END,
};
static const struct input service_inputs[] = {IN_PROCEDURE, IN_DAY, IN_PLACE, IN_WORDS("was", "Mã cũ đã dẫn tới đây", "The former code that led here"), INPUT_END};
static const struct input short_inputs[] = {IN_PROCEDURE, IN_PLACE, INPUT_END};
static const struct input doubts_inputs[] = {IN_DAY, INPUT_END};
static const struct input search_inputs[] = {
    {.name = "q", .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, TITLE("từ cần tìm", "words")},
    INPUT_END,
};

#define IN_DOSSIER {.name = "code", .in = IN_PATH, .type = INPUT_NAME, TITLE("Mã hồ sơ", "Code of the dossier")}
static const struct input apply_inputs[] = {IN_PROCEDURE, INPUT_END};
static const struct input apply_page_inputs[] = {IN_PROCEDURE, {.name = "page", .in = IN_PATH, .type = INPUT_NAME, TITLE("Phần của tờ khai", "Page of the form")}, INPUT_END};
static const struct input apply_page_post_inputs[] = {
    IN_PROCEDURE,
    {.name = "page", .in = IN_PATH, .type = INPUT_NAME, TITLE("Phần của tờ khai", "Page of the form")},
    {.name = "do", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "next|later", .may_be_empty = true, TITLE("Nút đã bấm", "The button")},
    {.name = "reading", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "vi|en", .may_be_empty = true, TITLE("Ngôn ngữ của các ô", "Language of the boxes")},
    {.name = "find", .in = IN_BODY, .type = INPUT_NAME, .may_be_empty = true, TITLE("Trường đang tìm", "Field that is looked for")},
    {.name = "{field}", .in = IN_BODY, .type = INPUT_TEXT, .max = LIMIT_TEXT_BYTES, .is_open = true, TITLE("Ô của tờ khai", "Boxes of the form")},
    INPUT_END,
};
static const struct input apply_files_inputs[] = {
    IN_PROCEDURE,
    {.name = "component", .in = IN_BODY, .type = INPUT_INTEGER, .min = 0, .max = 1000, .may_be_empty = true, TITLE("Thành phần hồ sơ", "Which paper")},
    {.name = "file", .in = IN_BODY, .type = INPUT_FILE, .is_open = true, TITLE("Các tệp", "The files")},
    INPUT_END,
};
static const struct input apply_file_inputs[] = {IN_PROCEDURE, {.name = "number", .in = IN_PATH, .type = INPUT_INTEGER, .min = 1, .max = 100000, TITLE("Số của tệp", "Number of the file")}, INPUT_END};
static const struct input apply_remove_inputs[] = {IN_PROCEDURE, {.name = "number", .in = IN_BODY, .type = INPUT_INTEGER, .is_required = true, .min = 1, .max = 100000, TITLE("Số của tệp", "Number of the file")}, INPUT_END};
static const struct input apply_result_inputs[] = {IN_PROCEDURE, {.name = "result", .in = IN_BODY, .type = INPUT_TEXT, .is_required = true, .max = 100, TITLE("Mã kết quả", "Code of the result")}, INPUT_END};
static const struct input apply_send_inputs[] = {
    IN_PROCEDURE,
    {.name = "draft", .in = IN_BODY, .type = INPUT_NAME, .is_required = true, TITLE("Mã bản nháp", "Identifier of the draft")},
    {.name = "truth", .in = IN_BODY, .type = INPUT_INTEGER, .min = 0, .max = 1, .may_be_empty = true, TITLE("Lời cam đoan", "Declaration of truth")},
    INPUT_END,
};
static const struct input track_inputs[] = {
    {.name = "code", .in = IN_QUERY, .type = INPUT_TEXT, .max = 60, .may_be_empty = true, TITLE("Mã hồ sơ", "Code of the dossier")},
    {.name = "token", .in = IN_QUERY, .type = INPUT_TEXT, .max = 60, .may_be_empty = true, TITLE("Mã tra cứu", "Lookup code")},
    INPUT_END,
};
static const struct input track_post_inputs[] = {
    {.name = "code", .in = IN_BODY, .type = INPUT_TEXT, .max = 60, .may_be_empty = true, TITLE("Mã hồ sơ", "Code of the dossier")},
    {.name = "token", .in = IN_BODY, .type = INPUT_TEXT, .max = 60, .may_be_empty = true, TITLE("Mã tra cứu", "Lookup code")},
    {.name = "do", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "find|leave", .may_be_empty = true, TITLE("Việc", "What to do")},
    INPUT_END,
};
#define IN_SEEN {.name = "seen", .in = IN_BODY, .type = INPUT_INTEGER, .min = 0, .max = 1000000, .may_be_empty = true, TITLE("Số bước đã thấy", "Steps that were seen")}
static const struct input track_act_inputs[] = {
    {.name = "do", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "pay|withdraw|collect|rate", .is_required = true, TITLE("Việc", "What to do")},
    IN_SEEN,
    {.name = "words", .in = IN_BODY, .type = INPUT_TEXT, .max = 4000, .may_be_empty = true, TITLE("Lời", "Words")},
    {.name = "rating", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "1|2|3|4|5", .may_be_empty = true, TITLE("Mức hài lòng", "Rating")},
    INPUT_END,
};
static const struct input track_supplement_inputs[] = {
    IN_SEEN,
    {.name = "words", .in = IN_BODY, .type = INPUT_TEXT, .max = 4000, .may_be_empty = true, TITLE("Câu trả lời", "The answer")},
    {.name = "file", .in = IN_BODY, .type = INPUT_FILE, .is_open = true, TITLE("Các tệp", "The files")},
    INPUT_END,
};
#define IN_NUMBER {.name = "number", .in = IN_PATH, .type = INPUT_INTEGER, .min = 1, .max = 1000000, TITLE("Số", "Number")}
static const struct input track_paper_inputs[] = {IN_NUMBER, {.name = "as", .in = IN_QUERY, .type = INPUT_CHOICE, .choices = "html|pdf", .may_be_empty = true, TITLE("Dạng", "As")}, INPUT_END};
static const struct input track_file_inputs[] = {IN_NUMBER, INPUT_END};
static const struct input payment_inputs[] = {{.name = "X-Signature", .in = IN_HEADER, .type = INPUT_TEXT, .max = 64, TITLE("HMAC-SHA-256 của nội dung, dạng hex", "HMAC-SHA-256 of the content, hexadecimal")}, INPUT_END};
static const struct input feedback_inputs[] = {
    {.name = "kind", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "complaint|proposal|praise", .is_required = true, TITLE("Loại", "Kind")},
    {.name = "words", .in = IN_BODY, .type = INPUT_TEXT, .max = 8000, .may_be_empty = true, TITLE("Nội dung", "What is said")},
    {.name = "office", .in = IN_BODY, .type = INPUT_NAME, .may_be_empty = true, TITLE("Cơ quan", "Office")},
    {.name = "about", .in = IN_BODY, .type = INPUT_TEXT, .max = 200, .may_be_empty = true, TITLE("Về ai", "About whom")},
    {.name = "sender", .in = IN_BODY, .type = INPUT_TEXT, .max = 200, .may_be_empty = true, TITLE("Người gửi", "Sender")},
    {.name = "phone", .in = IN_BODY, .type = INPUT_TEXT, .max = 40, .may_be_empty = true, TITLE("Điện thoại", "Phone")},
    INPUT_END,
};
static const struct input feedback_find_inputs[] = {
    {.name = "code", .in = IN_BODY, .type = INPUT_TEXT, .max = 60, .may_be_empty = true, TITLE("Mã phản ánh", "Code")},
    {.name = "token", .in = IN_BODY, .type = INPUT_TEXT, .max = 60, .may_be_empty = true, TITLE("Mã tra cứu", "Lookup code")},
    INPUT_END,
};
static const struct input feedback_rate_inputs[] = {
    {.name = "rating", .in = IN_BODY, .type = INPUT_CHOICE, .choices = "satisfied|dissatisfied", .may_be_empty = true, TITLE("Hài lòng hay không", "Satisfied or not")},
    {.name = "words", .in = IN_BODY, .type = INPUT_TEXT, .max = 4000, .may_be_empty = true, TITLE("Góp ý", "Remark")},
    INPUT_END,
};
static const struct input ranking_inputs[] = {{.name = "on", .in = IN_QUERY, .type = INPUT_DATE, .may_be_empty = true, TITLE("Tháng đến ngày này", "The month up to this day")}, INPUT_END};
static const struct input own_dossier_inputs[] = {IN_DOSSIER, INPUT_END};

/* ---- routes ---- */

#define GET(address, name, vi, en) .method = METHOD_GET, .path = address, .id = name, TITLE(vi, en)
#define WRITE(verb, address, name, vi, en) .method = METHOD_##verb, .path = address, .id = name, TITLE(vi, en), .formats = F_GEOJSON | F_JSON, .standard = FORMAT_GEOJSON, .right = RIGHT_WRITE, .cost = COST_PAGE, .tag = "features"
#define PAGE .formats = F_HTML, .flags = TAKES_AT | IS_HIDDEN, .tag = "pages"
#define FORM_PAGE .formats = F_HTML, .flags = IS_HIDDEN, .right = RIGHT_WRITE, .tag = "pages"
#define FORM_POST(address, name, vi, en) .method = METHOD_POST, .path = address, .id = name, TITLE(vi, en), .formats = F_HTML, .flags = IS_HIDDEN | IS_FORM | TAKES_BODY | WRITES, .right = RIGHT_WRITE, .tag = "pages"
#define LONG_POST(address, name, vi, en, more) .method = METHOD_POST, .path = address, .id = name, TITLE(vi, en), .formats = F_HTML, .flags = IS_HIDDEN | IS_FORM | TAKES_BODY | IS_LONG | (more), .right = RIGHT_WRITE, .tag = "pages"
#define ACT(address, name, vi, en, who, more) .method = METHOD_POST, .path = address, .id = name, TITLE(vi, en), .formats = F_HTML, .flags = IS_HIDDEN | TAKES_BODY | IS_FORM | (more), .right = (who), .cost = COST_PAGE, .tag = "pages"
#define SIGNED(who) .formats = F_HTML, .flags = IS_HIDDEN, .right = (who), .cost = COST_PAGE, .tag = "pages"
#define API(all, usual) .formats = (all), .standard = (usual), .flags = TAKES_AT

const struct route site_routes[] = {
    {GET("/assets/{hash}/{name}", "asset", "Kiểu dáng và mã của trang", "Styles and scripts of pages"), .inputs = asset_inputs, .formats = FORMAT_BIT(FORMAT_BYTES), .flags = IS_LIVE | IS_HIDDEN, .cost = COST_CONSTANT, .tag = "pages", .answer = answer_asset},

    {GET("/", "home", "Trang chủ", "Home page"), PAGE, .cost = COST_PAGE, .answer = page_home},
    {GET("/apply/{procedure}", "apply", "Nộp hồ sơ trực tuyến", "File online"), .formats = F_HTML, .flags = IS_HIDDEN, .tag = "pages", .inputs = apply_inputs, .cost = COST_PAGE, .answer = page_apply},
    {ACT("/apply/{procedure}", "applyBegin", "Bắt đầu một hồ sơ", "Begin an application", RIGHT_SIGNED_IN, 0), .inputs = apply_inputs, .answer = post_apply},
    {GET("/apply/{procedure}/check", "applyCheck", "Xem lại trước khi gửi", "Check your answers"), SIGNED(RIGHT_SIGNED_IN), .inputs = apply_inputs, .answer = page_apply_check},
    {ACT("/apply/{procedure}/send", "applySend", "Gửi hồ sơ", "Send the application", RIGHT_SIGNED_IN, WRITES), .inputs = apply_send_inputs, .answer = post_apply_send},
    {GET("/apply/{procedure}/files", "applyFiles", "Giấy tờ kèm theo", "Papers of an application"), SIGNED(RIGHT_SIGNED_IN), .inputs = apply_inputs, .answer = page_apply_files},
    {ACT("/apply/{procedure}/files", "applyFilesAdd", "Thêm giấy tờ", "Add papers", RIGHT_SIGNED_IN, IS_LONG | TAKES_UPLOAD), .inputs = apply_files_inputs, .answer = post_apply_files},
    {ACT("/apply/{procedure}/files/done", "applyFilesDone", "Đã đủ giấy tờ", "The papers are complete", RIGHT_SIGNED_IN, 0), .inputs = apply_inputs, .answer = post_apply_files_done},
    {ACT("/apply/{procedure}/files/remove", "applyFileRemove", "Bỏ một tệp", "Remove a file", RIGHT_SIGNED_IN, 0), .inputs = apply_remove_inputs, .answer = post_apply_file_remove},
    {ACT("/apply/{procedure}/files/result", "applyFileResult", "Dùng kết quả đã có", "Use a result of the store", RIGHT_SIGNED_IN, 0), .inputs = apply_result_inputs, .answer = post_apply_file_result},
    {GET("/apply/{procedure}/files/{number}", "applyFile", "Một tệp của bản nháp", "A file of a draft"), SIGNED(RIGHT_SIGNED_IN), .inputs = apply_file_inputs, .answer = page_apply_file},
    {GET("/apply/{procedure}/{page}", "applyPage", "Một phần của tờ khai", "A page of the form"), SIGNED(RIGHT_SIGNED_IN), .inputs = apply_page_inputs, .answer = page_apply_page},
    {ACT("/apply/{procedure}/{page}", "applyPagePost", "Trả lời một phần của tờ khai", "Answer a page of the form", RIGHT_SIGNED_IN, 0), .inputs = apply_page_post_inputs, .answer = post_apply_page},
    {GET("/track", "track", "Tra cứu hồ sơ", "Follow a dossier"), .formats = F_HTML, .flags = IS_HIDDEN | HAS_SECRET, .cost = COST_SCAN, .tag = "pages", .inputs = track_inputs, .answer = page_track},
    {ACT("/track", "trackFind", "Tra cứu hồ sơ", "Follow a dossier", RIGHT_PUBLIC, HAS_SECRET), .inputs = track_post_inputs, .answer = post_track},
    {ACT("/track/act", "trackAct", "Việc của người nộp", "What an applicant does", RIGHT_PUBLIC, WRITES), .inputs = track_act_inputs, .answer = post_track_act},
    {ACT("/track/supplement", "trackSupplement", "Nộp bổ sung", "Supplement", RIGHT_PUBLIC, IS_LONG | TAKES_UPLOAD), .inputs = track_supplement_inputs, .answer = post_track_supplement},
    {GET("/track/papers/{number}", "trackPaper", "Một giấy của hồ sơ", "A paper of the dossier"), .formats = F_HTML, .flags = IS_HIDDEN | HAS_SECRET, .cost = COST_PAGE, .tag = "pages", .inputs = track_paper_inputs, .answer = page_track_paper},
    {GET("/track/files/{number}", "trackFile", "Một tệp của hồ sơ", "A file of the dossier"), .formats = F_HTML, .flags = IS_HIDDEN | HAS_SECRET, .cost = COST_PAGE, .tag = "pages", .inputs = track_file_inputs, .answer = page_track_file},
    {GET("/feedback", "feedback", "Phản ánh, kiến nghị", "Feedback and complaints"), .formats = F_HTML, .flags = IS_HIDDEN | HAS_SECRET, .cost = COST_SCAN, .tag = "pages", .answer = page_feedback},
    {ACT("/feedback", "feedbackFile", "Gửi phản ánh", "File feedback", RIGHT_PUBLIC, WRITES), .inputs = feedback_inputs, .answer = post_feedback},
    {ACT("/feedback/find", "feedbackFind", "Theo dõi phản ánh", "Follow feedback", RIGHT_PUBLIC, HAS_SECRET), .inputs = feedback_find_inputs, .answer = post_feedback_find},
    {GET("/feedback/case", "feedbackCase", "Một phản ánh", "One piece of feedback"), .formats = F_HTML, .flags = IS_HIDDEN | HAS_SECRET, .cost = COST_PAGE, .tag = "pages", .answer = page_feedback_case},
    {ACT("/feedback/rate", "feedbackRate", "Đánh giá câu trả lời", "Rate the answer", RIGHT_PUBLIC, WRITES), .inputs = feedback_rate_inputs, .answer = post_feedback_rate},
    {.method = METHOD_POST, .path = "/api/payment/callback", .id = "paymentCallback", TITLE("Thông báo của nền tảng thanh toán", "Message of the payment platform"), .formats = F_JSON, .flags = TAKES_BODY | WRITES | HAS_SECRET | IS_HIDDEN, .cost = COST_PAGE, .tag = "payment", .inputs = payment_inputs, .answer = api_payment_callback},
    {GET("/account/dossiers", "myDossiers", "Hồ sơ của tôi", "My dossiers"), SIGNED(RIGHT_SIGNED_IN), .answer = page_my_dossiers},
    {GET("/account/dossiers/{code}", "myDossier", "Một hồ sơ của tôi", "One of my dossiers"), SIGNED(RIGHT_SIGNED_IN), .inputs = own_dossier_inputs, .answer = page_my_dossier},
    {GET("/account/dossiers/{code}/sent", "dossierSent", "Hồ sơ đã gửi", "An application that was sent"), SIGNED(RIGHT_SIGNED_IN), .inputs = own_dossier_inputs, .answer = page_dossier_sent},
    {GET("/search", "search", "Tìm kiếm", "Search"), PAGE, .inputs = search_inputs, .cost = COST_SCAN, .answer = page_search},
    {GET("/about", "about", "Cách đếm", "How we count"), PAGE, .cost = COST_KEY, .answer = page_about},
    {GET("/reports", "pageReports", "Các báo cáo", "Reports"), PAGE, .cost = COST_KEY, .answer = page_reports},
    {GET("/reports/{report}", "pageReport", "Một báo cáo", "One report"), .formats = F_HTML | FORMAT_BIT(FORMAT_MARKDOWN), .flags = TAKES_AT | IS_HIDDEN, .tag = "pages", .inputs = report_inputs, .cost = COST_SCAN, .answer = page_report},
    {GET("/figures", "pageFigures", "Các số liệu", "Figures"), PAGE, .cost = COST_SCAN, .answer = page_figures},
    {GET("/figures/{figure}", "pageFigure", "Một số liệu", "One figure"), PAGE, .inputs = page_figure_inputs, .cost = COST_SCAN, .answer = page_figure},
    {GET("/indexes", "pageIndexes", "Các bộ chỉ số", "Indices"), PAGE, .cost = COST_PAGE, .answer = page_indexes},
    {GET("/indexes/{index}", "pageIndex", "Một bộ chỉ số", "One index"), PAGE, .inputs = page_index_inputs, .cost = COST_SCAN, .answer = page_index},
    {GET("/indexes/{index}/compare", "pageIndexCompare", "So sánh hai đối tượng", "Two subjects compared"), PAGE, .inputs = page_compare_inputs, .cost = COST_SCAN, .answer = page_index_compare},
    {GET("/indexes/{index}/{subject}", "pageIndexSubject", "Một đối tượng trong bộ chỉ số", "One subject of an index"), PAGE, .inputs = page_subject_inputs, .cost = COST_SCAN, .answer = page_index_subject},

    {GET("/registers", "registersPage", "Sổ dữ liệu", "Registers"), PAGE, .cost = COST_PAGE, .answer = page_registers},
    {GET("/registers/{register}", "registerPage", "Một sổ dữ liệu", "One register"), PAGE, .inputs = register_page_inputs, .cost = COST_SCAN, .answer = page_register},
    {GET("/drafts", "drafts", "Bản nháp của tôi", "My drafts"), .formats = F_HTML, .flags = IS_HIDDEN, .right = RIGHT_SIGNED_IN, .tag = "pages", .cost = COST_KEY, .answer = page_drafts},
    {.method = METHOD_POST, .path = "/drafts", .id = "draftDrop", TITLE("Bỏ bản nháp", "Discard a draft"), .formats = F_HTML, .flags = IS_HIDDEN | IS_FORM | TAKES_BODY, .right = RIGHT_SIGNED_IN, .tag = "pages", .inputs = draft_inputs, .cost = COST_KEY, .answer = post_drafts},
    {GET("/registers/{register}/new", "recordNew", "Thêm hồ sơ", "Add a record"), FORM_PAGE, .inputs = record_new_form_inputs, .cost = COST_PAGE, .answer = page_record_new},
    {FORM_POST("/registers/{register}/new", "recordNewPost", "Thêm hồ sơ", "Add a record"), .inputs = record_new_inputs, .cost = COST_PAGE, .answer = post_record_new},
    {GET("/registers/{register}/choices/{field}", "choices", "Những gì một trường có thể chỉ tới", "What a field may name"), .formats = F_JSON, .flags = IS_HIDDEN, .right = RIGHT_WRITE, .tag = "pages", .inputs = choices_inputs, .cost = COST_PAGE, .answer = page_choices},
    {GET("/registers/{register}/export", "registerExport", "Tải về có ghi mục đích", "Download with a purpose"), FORM_PAGE, .inputs = export_inputs, .cost = COST_SCAN, .answer = page_export},
    {LONG_POST("/registers/{register}/export", "registerExportPost", "Tải về có ghi mục đích", "Download with a purpose", 0), .inputs = export_post_inputs, .cost = COST_SCAN, .answer = post_export},
    {GET("/registers/{register}/bulk", "recordsBulk", "Sửa hàng loạt", "Edit many"), FORM_PAGE, .inputs = bulk_inputs, .cost = COST_SCAN, .answer = page_bulk},
    {FORM_POST("/registers/{register}/bulk", "recordsBulkPost", "Sửa hàng loạt", "Edit many"), .inputs = bulk_post_inputs, .cost = COST_SCAN, .answer = post_bulk},
    {GET("/registers/{register}/changes/{revision}", "registerChange", "Một phiên bản của sổ", "A revision of a register"), FORM_PAGE, .inputs = change_page_inputs, .cost = COST_PAGE, .answer = page_change},
    {FORM_POST("/registers/{register}/changes/{revision}", "registerChangeUndo", "Hoàn tác một phiên bản", "Undo a revision"), .inputs = change_undo_inputs, .cost = COST_SCAN, .answer = post_change_undo},
    {GET("/registers/{register}/import", "registerImport", "Nhập từ tệp", "Import a file"), FORM_PAGE, .inputs = register_inputs, .cost = COST_PAGE, .answer = page_import},
    {LONG_POST("/registers/{register}/import", "registerImportPost", "Nhập từ tệp", "Import a file", TAKES_UPLOAD), .inputs = import_inputs, .cost = COST_SCAN, .answer = post_import},
    {GET("/registers/{register}/imports/{token}", "registerImportCheck", "Kiểm tra một tệp", "A file checked"), .formats = F_HTML, .flags = IS_HIDDEN | IS_LONG, .right = RIGHT_WRITE, .tag = "pages", .inputs = import_check_inputs, .cost = COST_SCAN, .answer = page_import_check},
    {LONG_POST("/registers/{register}/imports/{token}", "registerImportWrite", "Nhập một tệp", "A file imported", 0), .inputs = import_write_inputs, .cost = COST_SCAN, .answer = post_import_check},
    {GET("/registers/{register}/imports/{token}/report", "registerImportReport", "Tệp với các ô sai được đánh dấu", "The file with wrong cells marked"), .formats = F_HTML, .flags = IS_HIDDEN | IS_LONG, .right = RIGHT_WRITE, .tag = "pages", .inputs = import_check_inputs, .cost = COST_SCAN, .answer = page_import_report},
    {GET("/registers/{register}/{id}/edit", "recordEdit", "Sửa hồ sơ", "Edit a record"), FORM_PAGE, .inputs = record_edit_form_inputs, .cost = COST_PAGE, .answer = page_record_edit},
    {FORM_POST("/registers/{register}/{id}/edit", "recordEditPost", "Sửa hồ sơ", "Edit a record"), .inputs = record_edit_inputs, .cost = COST_PAGE, .answer = post_record_edit},
    {GET("/registers/{register}/{id}/erase", "recordErase", "Xóa dữ liệu cá nhân", "Erase personal data"), SIGNED(RIGHT_SIGNED_IN_RECENT), .inputs = record_erase_form_inputs, .answer = page_record_erase},
    {ACT("/registers/{register}/{id}/erase", "recordErasePost", "Xóa dữ liệu cá nhân", "Erase personal data", RIGHT_SIGNED_IN_RECENT, WRITES), .inputs = record_erase_inputs, .answer = post_record_erase},
    {GET("/registers/{register}/{id}/do/{step}", "actPage", "Một bước của quy trình", "A step of a workflow"), SIGNED(RIGHT_SIGNED_IN), .inputs = act_page_inputs, .answer = page_act},
    {ACT("/registers/{register}/{id}/do/{step}", "act", "Làm một bước của quy trình", "Take a step of a workflow", RIGHT_SIGNED_IN, WRITES), .inputs = act_inputs, .answer = post_act},
    {ACT("/registers/{register}/batch/{step}", "actBatch", "Làm một bước với nhiều bản ghi", "Take a step with many records", RIGHT_SIGNED_IN, WRITES), .inputs = act_batch_inputs, .answer = post_act_batch},
    {GET("/desk/dossiers", "inboxPage", "Hồ sơ cần làm", "Dossiers to be worked on"), SIGNED(RIGHT_SIGNED_IN), .inputs = inbox_inputs, .answer = page_inbox},
    {GET("/desk/overview", "overviewPage", "Tình hình giải quyết hồ sơ", "How the one-stop stands"), SIGNED(RIGHT_SIGNED_IN), .answer = page_overview},
    {GET("/desk/overview/ranking", "rankingPage", "Xếp hạng cơ quan", "Offices ranked"), SIGNED(RIGHT_SIGNED_IN), .inputs = ranking_inputs, .answer = page_ranking},
    {GET("/desk/dossiers/{id}", "dossierPage", "Một hồ sơ", "One dossier"), SIGNED(RIGHT_SIGNED_IN), .inputs = dossier_inputs, .answer = page_dossier},
    {GET("/desk/dossiers/{id}/received", "dossierReceived", "Đã tiếp nhận hồ sơ", "A dossier was received"), SIGNED(RIGHT_SIGNED_IN), .inputs = dossier_inputs, .answer = page_received},
    {GET("/desk/dossiers/{id}/papers/{number}", "dossierPaper", "Một giấy đã ra", "A paper that went out"), SIGNED(RIGHT_SIGNED_IN), .inputs = dossier_paper_inputs, .answer = page_dossier_paper},
    {GET("/desk/dossiers/{id}/files/{number}", "dossierFile", "Một tệp của hồ sơ", "A file of a dossier"), SIGNED(RIGHT_SIGNED_IN), .inputs = dossier_file_inputs, .answer = page_dossier_file},
    {GET("/desk/dossiers/{id}/attach", "attachPage", "Số hóa giấy tờ của hồ sơ", "Add scanned papers"), SIGNED(RIGHT_SIGNED_IN), .inputs = attach_page_inputs, .answer = page_attach},
    {ACT("/desk/dossiers/{id}/attach", "attach", "Thêm tệp vào hồ sơ", "Add files to a dossier", RIGHT_SIGNED_IN, IS_LONG | TAKES_UPLOAD), .inputs = attach_inputs, .answer = post_attach},
    {ACT("/desk/dossiers/{id}/attach/remove", "attachRemove", "Bỏ một tệp vừa thêm", "Remove a file just added", RIGHT_SIGNED_IN, 0), .inputs = attach_remove_inputs, .answer = post_attach_remove},
    {ACT("/desk/dossiers/{id}/attach/done", "attachDone", "Lưu các tệp vào hồ sơ", "Keep the files with the dossier", RIGHT_SIGNED_IN, WRITES), .inputs = dossier_inputs, .answer = post_attach_done},
    {GET("/desk/dossiers/{id}/form", "dossierForm", "Tờ khai của hồ sơ", "The form of a dossier"), SIGNED(RIGHT_SIGNED_IN), .inputs = dossier_inputs, .answer = page_dossier_form},
    {ACT("/desk/dossiers/{id}/form", "dossierFormKeep", "Lưu tờ khai của hồ sơ", "Keep the form of a dossier", RIGHT_SIGNED_IN, WRITES), .inputs = dossier_form_inputs, .answer = post_dossier_form},
    {GET("/desk/calendar", "calendarPage", "Lịch nghỉ và hẹn trả", "The calendar and promises"), .formats = F_HTML, .flags = IS_HIDDEN, .right = RIGHT_SIGNED_IN, .cost = COST_SCAN, .tag = "pages", .answer = page_calendar},
    {GET("/desk/decisions/{revision}", "decision", "Quyết định cho nhiều hồ sơ", "A decision on several dossiers"), SIGNED(RIGHT_SIGNED_IN), .inputs = revision_inputs, .answer = page_decision},
    {GET("/desk/minutes/{revision}", "minutes", "Biên bản bàn giao hồ sơ", "Minutes of handing over"), SIGNED(RIGHT_SIGNED_IN), .inputs = revision_inputs, .answer = page_minutes},
    {GET("/desk/counter", "counterPage", "Tiếp nhận tại quầy", "Receive at the counter"), SIGNED(RIGHT_SIGNED_IN), .inputs = counter_inputs, .answer = page_counter},
    {GET("/desk/counter/{procedure}", "counterForm", "Tiếp nhận một thủ tục", "Receive for a procedure"), SIGNED(RIGHT_SIGNED_IN), .inputs = counter_form_inputs, .answer = page_counter_form},
    {ACT("/desk/counter/{procedure}", "counterReceive", "Tiếp nhận hồ sơ", "Receive a dossier", RIGHT_SIGNED_IN, WRITES), .inputs = counter_post_inputs, .answer = post_counter},
    {GET("/registers/{register}/{id}/remove", "recordRemove", "Đưa hồ sơ ra khỏi sổ", "Take a record out"), FORM_PAGE, .inputs = record_form_inputs, .cost = COST_PAGE, .answer = page_record_remove},
    {FORM_POST("/registers/{register}/{id}/remove", "recordRemovePost", "Đưa hồ sơ ra khỏi sổ", "Take a record out"), .inputs = record_remove_inputs, .cost = COST_PAGE, .answer = post_record_remove},
    {.method = METHOD_POST, .path = "/registers/{register}/{id}/open", .id = "recordOpen", TITLE("Mở trường nhạy cảm", "Open sensitive fields"), .formats = F_HTML, .flags = IS_HIDDEN | IS_FORM | TAKES_BODY | IS_LIVE | IS_SLOW, .right = RIGHT_SIGNED_IN, .tag = "pages", .inputs = record_open_inputs, .cost = COST_PAGE, .answer = post_record_open},
    {GET("/account/reads", "myReads", "Ai đã đọc dữ liệu của tôi", "Who read my data"), .formats = F_HTML, .flags = IS_HIDDEN | IS_LIVE, .right = RIGHT_SIGNED_IN, .cost = COST_SCAN, .tag = "pages", .answer = page_my_reads},
    {GET("/registers/{register}/{id}/restore", "recordRestore", "Khôi phục một phiên bản", "Restore a version"), FORM_PAGE, .inputs = record_version_inputs, .cost = COST_PAGE, .answer = page_record_restore},
    {FORM_POST("/registers/{register}/{id}/restore", "recordRestorePost", "Khôi phục một phiên bản", "Restore a version"), .inputs = record_restore_inputs, .cost = COST_PAGE, .answer = post_record_restore},
    {GET("/registers/{register}/{id}", "recordPage", "Một bản ghi", "One record"), PAGE, .inputs = item_inputs, .cost = COST_PAGE, .answer = page_record},

    {GET("/services", "servicesPage", "Dịch vụ công", "Public services"), PAGE, .inputs = services_inputs, .cost = COST_SCAN, .answer = page_services},
    {GET("/services/{procedure}", "servicePage", "Một thủ tục", "One procedure"), PAGE, .inputs = service_inputs, .cost = COST_PAGE, .answer = page_service},
    {GET("/t/{procedure}", "shortAddress", "Địa chỉ ngắn trên bảng niêm yết", "Short address on boards"), PAGE, .inputs = short_inputs, .cost = COST_PAGE, .answer = page_short},
    {GET("/procedures/doubts", "doubtsPage", "Nghi vấn của danh mục thủ tục", "Doubts in the catalogue"), .formats = F_HTML, .flags = TAKES_AT | IS_HIDDEN, .right = RIGHT_SIGNED_IN, .inputs = doubts_inputs, .cost = COST_SCAN, .tag = "pages", .answer = page_doubts},

    {GET("/units", "unitsPage", "Đơn vị hành chính", "Administrative units"), PAGE, .inputs = units_inputs, .cost = COST_PAGE, .answer = page_units},
    {GET("/units/{code}", "unitPage", "Một đơn vị", "One unit"), PAGE, .inputs = unit_inputs, .cost = COST_SCAN, .answer = page_unit},

    {GET("/posts", "postsPage", "Chuyên mục chuyển đổi số", "Posts"), PAGE, .inputs = posts_inputs, .cost = COST_PAGE, .answer = page_posts},
    {GET("/posts/{id}", "postPage", "Một bài", "One post"), PAGE, .inputs = post_inputs, .cost = COST_SCAN, .answer = page_post},
    {GET("/data", "dataPage", "Dữ liệu mở", "Open data"), PAGE, .cost = COST_PAGE, .answer = page_data},
    {GET("/developers", "developersPage", "API", "API"), PAGE, .cost = COST_PAGE, .answer = page_developers},
    {GET("/problems/{type}", "problemType", "Ý nghĩa của một loại lỗi", "What a type of problem means"), PAGE, .inputs = problem_type_inputs, .cost = COST_KEY, .answer = page_problem_type},

    {GET("/sign-in", "signInPage", "Đăng nhập", "Sign in"), SIGNED(RIGHT_PUBLIC), .inputs = next_inputs, .answer = page_sign_in},
    {ACT("/sign-in", "signIn", "Đăng nhập", "Sign in", RIGHT_PUBLIC, IS_SLOW | HAS_SECRET), .inputs = sign_in_inputs, .answer = act_sign_in},
    {GET("/sign-in/with/{provider}", "signInWith", "Đăng nhập bằng tài khoản nơi khác", "Sign in with an account elsewhere"), .formats = F_HTML, .flags = IS_LIVE | IS_HIDDEN | IS_SLOW, .cost = COST_SCAN, .tag = "pages", .inputs = provider_inputs, .answer = page_provider},
    {GET("/sign-in/with/{provider}/back", "signInBack", "Trở về từ nhà cung cấp", "Back from the provider"), .formats = F_HTML, .flags = IS_LIVE | IS_HIDDEN | IS_SLOW | HAS_SECRET, .cost = COST_SCAN, .tag = "pages", .inputs = provider_back_inputs, .answer = page_provider_back},
    {GET("/sign-in/code", "signInCodePage", "Mã từ điện thoại", "The code on the telephone"), SIGNED(RIGHT_PUBLIC), .inputs = next_inputs, .answer = page_sign_in_code},
    {ACT("/sign-in/code", "signInCode", "Mã từ điện thoại", "The code on the telephone", RIGHT_PUBLIC, IS_SLOW | HAS_SECRET), .inputs = code_inputs, .answer = act_sign_in_code},
    {GET("/sign-in/again", "signInAgainPage", "Xác nhận mật khẩu", "The password once more"), SIGNED(RIGHT_SIGNED_IN), .inputs = next_inputs, .answer = page_sign_in_again},
    {ACT("/sign-in/again", "signInAgain", "Xác nhận mật khẩu", "The password once more", RIGHT_SIGNED_IN, IS_SLOW | HAS_SECRET), .inputs = again_inputs, .answer = act_sign_in_again},
    {ACT("/sign-out", "signOut", "Đăng xuất", "Sign out", RIGHT_PUBLIC, 0), .answer = act_sign_out},
    {GET("/welcome/{link}", "welcomePage", "Chọn mật khẩu qua liên kết", "Choose a password by a link"), .formats = F_HTML, .flags = IS_HIDDEN | HAS_SECRET, .cost = COST_PAGE, .tag = "pages", .inputs = link_inputs, .answer = page_welcome},
    {ACT("/welcome/{link}", "welcome", "Chọn mật khẩu qua liên kết", "Choose a password by a link", RIGHT_PUBLIC, IS_SLOW | HAS_SECRET), .inputs = welcome_inputs, .answer = act_welcome},
    {GET("/account", "accountPage", "Tài khoản của tôi", "My account"), SIGNED(RIGHT_SIGNED_IN), .answer = page_account},
    {GET("/account/password", "passwordPage", "Đổi mật khẩu", "Change the password"), SIGNED(RIGHT_SIGNED_IN), .answer = page_password},
    {ACT("/account/password", "password", "Đổi mật khẩu", "Change the password", RIGHT_SIGNED_IN, IS_SLOW | HAS_SECRET), .inputs = password_inputs, .answer = act_password},
    {GET("/account/second-factor", "secondFactorPage", "Bước xác nhận thứ hai", "Second factor"), .formats = F_HTML, .flags = IS_HIDDEN | HAS_SECRET, .cost = COST_PAGE, .tag = "pages", .inputs = next_inputs, .answer = page_second_factor},
    {ACT("/account/second-factor", "secondFactor", "Bước xác nhận thứ hai", "Second factor", RIGHT_PUBLIC, IS_SLOW | HAS_SECRET), .inputs = second_factor_inputs, .answer = act_second_factor},
    {ACT("/account/recovery-codes", "recoveryCodes", "Mã khôi phục mới", "New recovery codes", RIGHT_SIGNED_IN_RECENT, IS_SLOW | HAS_SECRET), .inputs = recovery_inputs, .answer = act_recovery_codes},
    {ACT("/account/sessions/end", "sessionsEnd", "Đăng xuất mọi nơi khác", "Sign out everywhere else", RIGHT_SIGNED_IN, IS_SLOW), .answer = act_sessions_end},
    {ACT("/account/sessions/{session}/end", "sessionEnd", "Đăng xuất một nơi", "Sign out one session", RIGHT_SIGNED_IN, IS_SLOW), .inputs = session_inputs, .answer = act_session_end},
    {GET("/account/requests", "myRequests", "Yêu cầu về dữ liệu của tôi", "Requests about my data"), SIGNED(RIGHT_SIGNED_IN), .inputs = my_requests_inputs, .answer = page_my_requests},
    {ACT("/account/requests", "myRequestSend", "Gửi yêu cầu về dữ liệu của tôi", "Make a request about my data", RIGHT_SIGNED_IN, WRITES), .inputs = my_request_inputs, .answer = post_my_requests},
    {GET("/desk/requests", "deskRequests", "Yêu cầu về dữ liệu cá nhân", "Requests about personal data"), SIGNED(RIGHT_SIGNED_IN), .inputs = desk_requests_inputs, .answer = page_desk_requests},
    {GET("/desk/requests/{id}", "deskRequest", "Một yêu cầu về dữ liệu cá nhân", "One request about personal data"), .formats = F_HTML, .flags = IS_HIDDEN, .right = RIGHT_SIGNED_IN, .cost = COST_SCAN, .tag = "pages", .inputs = desk_request_inputs, .answer = page_desk_request},
    {GET("/desk/requests/{id}/extract", "deskExtract", "Trích dữ liệu của một người", "Extract of what is kept on a person"), .formats = F_HTML, .flags = IS_HIDDEN, .right = RIGHT_SIGNED_IN, .cost = COST_SCAN, .tag = "pages", .inputs = desk_request_inputs, .answer = page_desk_extract},
    {GET("/account/delegations", "delegationsPage", "Ủy quyền", "Delegations"), SIGNED(RIGHT_SIGNED_IN), .answer = page_delegations},
    {ACT("/account/delegations", "delegate", "Ủy quyền", "Lend a role", RIGHT_SIGNED_IN_RECENT, IS_SLOW), .inputs = delegate_inputs, .answer = act_delegate},
    {ACT("/account/delegations/{delegation}/end", "delegationEnd", "Kết thúc ủy quyền", "End a delegation", RIGHT_SIGNED_IN_RECENT, IS_SLOW), .inputs = delegation_inputs, .answer = act_delegation_end},
    {GET("/account/consents", "myConsents", "Sự đồng ý của tôi", "My consents"), SIGNED(RIGHT_SIGNED_IN), .answer = page_my_consents},
    {ACT("/account/consents/{id}/withdraw", "consentWithdraw", "Rút lại sự đồng ý", "Withdraw a consent", RIGHT_SIGNED_IN, WRITES), .inputs = consent_inputs, .answer = post_consent_withdraw},
    {GET("/desk/requests/{id}/consents", "deskConsents", "Sự đồng ý của một người", "Consents of a person"), .formats = F_HTML, .flags = IS_HIDDEN, .right = RIGHT_SIGNED_IN, .cost = COST_SCAN, .tag = "pages", .inputs = desk_request_inputs, .answer = page_desk_consents},
    {.method = METHOD_POST, .path = "/api/nodes/{node}/join", .id = "nodeJoin", TITLE("Một quầy gia nhập", "A counter node joins"), .formats = F_JSON, .standard = FORMAT_JSON, .flags = IS_HIDDEN | TAKES_BODY | WRITES | HAS_SECRET, .right = RIGHT_PUBLIC, .cost = COST_SCAN, .tag = "pages", .inputs = node_inputs, .answer = api_node_join},
    {.method = METHOD_POST, .path = "/api/nodes/{node}/steps", .id = "nodeSteps", TITLE("Các bước quầy đã làm khi mất mạng", "Steps that a counter node took offline"), .formats = F_JSON, .standard = FORMAT_JSON, .flags = IS_HIDDEN | TAKES_BODY | WRITES, .right = RIGHT_PUBLIC, .cost = COST_PAGE, .tag = "pages", .inputs = node_inputs, .answer = api_node_steps},
    {.method = METHOD_POST, .path = "/api/nodes/{node}/refresh", .id = "nodeRefresh", TITLE("Những gì đã đổi ở tỉnh, cho một quầy", "What changed at the province, for a counter node"), .formats = F_JSON, .standard = FORMAT_JSON, .flags = IS_HIDDEN | TAKES_BODY | IS_SLOW, .right = RIGHT_PUBLIC, .cost = COST_PAGE, .tag = "pages", .inputs = node_inputs, .answer = api_node_refresh},
    {.method = METHOD_POST, .path = "/api/nodes/{node}/files", .id = "nodeFiles", TITLE("Một phần của tệp mà quầy đã nhận", "A piece of a file that a counter node took"), .formats = F_JSON, .standard = FORMAT_JSON, .flags = IS_HIDDEN | TAKES_BODY | WRITES, .right = RIGHT_PUBLIC, .cost = COST_KEY, .tag = "pages", .inputs = node_inputs, .answer = api_node_file},
    {GET("/desk/partner", "partnerDesk", "Cổng quốc gia: chờ gửi, bị từ chối, đối soát", "The national portal: what waits, what was refused, the comparison"), SIGNED(RIGHT_SIGNED_IN), .answer = page_partner},
    {ACT("/desk/partner", "partnerDecide", "Gửi lại hay bỏ qua một thư bị từ chối", "Send a refused message again, or leave it out", RIGHT_SIGNED_IN, IS_SLOW), .inputs = partner_inputs, .answer = post_partner},
    {GET("/desk/erasures", "deskErasures", "Những gì đã xóa", "What was erased"), SIGNED(RIGHT_SIGNED_IN), .inputs = erasures_inputs, .answer = page_desk_erasures},
    {GET("/admin", "adminPage", "Quản trị", "Administration"), SIGNED(RIGHT_ADMINISTER), .answer = page_admin},
    {GET("/admin/events", "eventsPage", "Nhật ký an ninh", "Security events"), SIGNED(RIGHT_ADMINISTER), .inputs = events_inputs, .answer = page_events},
    {GET("/admin/roles", "rolesPage", "Các vai trò", "Roles"), SIGNED(RIGHT_ADMINISTER), .answer = page_roles},
    {GET("/admin/roles/{role}", "rolePage", "Một vai trò", "One role"), SIGNED(RIGHT_ADMINISTER), .inputs = role_inputs, .answer = page_role},
    {ACT("/admin/delegations/{delegation}/end", "delegationEndAny", "Kết thúc ủy quyền của người khác", "End anybody's delegation", RIGHT_ADMINISTER, IS_SLOW), .inputs = delegation_inputs, .answer = act_delegation_end_any},
    {GET("/admin/agencies", "agenciesPage", "Cơ quan và tài khoản", "Agencies and accounts"), SIGNED(RIGHT_ADMINISTER), .inputs = agencies_inputs, .answer = page_agencies},
    {GET("/admin/jobs", "jobsPage", "Việc định kỳ", "Jobs"), SIGNED(RIGHT_ADMINISTER), .answer = page_jobs},
    {GET("/admin/backups", "backupsPage", "Sao lưu", "Backups"), SIGNED(RIGHT_ADMINISTER), .answer = page_backups},
    {ACT("/admin/backups", "backupMake", "Sao lưu ngay", "Make a backup now", RIGHT_ADMINISTER, IS_LONG), .answer = post_backups},
    {GET("/admin/log", "logPage", "Nhật ký dữ liệu", "The log of the data"), SIGNED(RIGHT_ADMINISTER), .answer = page_admin_log},
    {ACT("/admin/log", "logVerify", "Kiểm tra nhật ký ngay", "Verify the log now", RIGHT_ADMINISTER, IS_LONG), .answer = post_admin_log},
    {GET("/admin/retention", "retentionPage", "Hạn lưu dữ liệu cá nhân", "Retention of personal data"), SIGNED(RIGHT_ADMINISTER), .answer = page_retention},
    {ACT("/admin/retention", "retentionRun", "Xem hay xóa những gì hết hạn lưu", "See or erase what outlived its term", RIGHT_ADMINISTER, IS_LONG), .inputs = retention_inputs, .answer = post_retention},
    {GET("/admin/users", "usersPage", "Các tài khoản", "Accounts"), SIGNED(RIGHT_ADMINISTER), .inputs = users_inputs, .answer = page_users},
    {ACT("/admin/users", "userAdd", "Thêm tài khoản", "Add an account", RIGHT_ADMINISTER, IS_SLOW), .inputs = user_add_inputs, .answer = act_user_add},
    {GET("/admin/users/new", "userNewPage", "Thêm tài khoản", "Add an account"), SIGNED(RIGHT_ADMINISTER), .answer = page_user_new},
    {GET("/admin/users/{name}", "userPage", "Một tài khoản", "One account"), SIGNED(RIGHT_ADMINISTER), .inputs = user_inputs, .answer = page_user},
    {ACT("/admin/users/{name}/disable", "userDisable", "Khóa tài khoản", "Disable an account", RIGHT_ADMINISTER, IS_SLOW), .inputs = user_inputs, .answer = act_user_disable},
    {ACT("/admin/users/{name}/enable", "userEnable", "Mở khóa tài khoản", "Enable an account", RIGHT_ADMINISTER, IS_SLOW), .inputs = user_inputs, .answer = act_user_enable},
    {ACT("/admin/users/{name}/reset", "userReset", "Cấp liên kết mới", "A new one-time link", RIGHT_ADMINISTER, IS_SLOW), .inputs = user_inputs, .answer = act_user_reset},
    {ACT("/admin/users/{name}/roles", "userRoles", "Thêm hay bỏ vai trò", "Add or remove a role", RIGHT_ADMINISTER, IS_SLOW), .inputs = user_roles_inputs, .answer = act_user_roles},

    {GET("/api", "landing", "Trang đầu của giao diện mở", "Landing page of the open interface"), API(F_JSON | F_HTML, FORMAT_JSON), .cost = COST_KEY, .tag = "features", .answer = api_landing},
    {GET("/api/conformance", "conformance", "Các lớp tuân thủ", "Conformance classes"), API(F_JSON | F_HTML, FORMAT_JSON), .cost = COST_KEY, .tag = "features", .answer = api_conformance},
    {GET("/api/functions", "functions", "Các hàm mà bộ lọc dùng được", "Functions that filters may call"), API(F_JSON | F_HTML, FORMAT_JSON), .cost = COST_KEY, .tag = "features", .answer = api_functions},
    {GET("/api/collections", "collections", "Các sổ đăng ký", "Registers"), API(F_JSON | F_HTML, FORMAT_JSON), .cost = COST_PAGE, .tag = "features", .answer = api_collections},
    {GET("/api/collections/{register}", "collection", "Một sổ đăng ký", "One register"), API(F_JSON | F_HTML, FORMAT_JSON), .inputs = register_inputs, .cost = COST_KEY, .tag = "features", .answer = api_collection},
    {GET("/api/collections/{register}/schema", "schema", "Cấu trúc bản ghi", "Schema of its records"), API(F_SCHEMA, FORMAT_SCHEMA), .inputs = register_inputs, .cost = COST_KEY, .tag = "features", .answer = api_schema},
    {GET("/api/collections/{register}/queryables", "queryables", "Những trường lọc được", "Fields to filter by"), API(F_SCHEMA, FORMAT_SCHEMA), .inputs = register_inputs, .cost = COST_KEY, .tag = "features", .answer = api_queryables},
    {GET("/api/collections/{register}/sortables", "sortables", "Những trường xếp thứ tự được", "Fields to sort by"), API(F_SCHEMA, FORMAT_SCHEMA), .inputs = register_inputs, .cost = COST_KEY, .tag = "features", .answer = api_sortables},
    {GET("/api/collections/{register}/items", "items", "Các bản ghi, từng trang", "Records, page by page"), API(F_GEOJSON | F_JSON | F_HTML | F_TABLES, FORMAT_GEOJSON), .inputs = items_inputs, .cost = COST_PAGE, .tag = "features", .answer = api_items},
    {GET("/api/collections/{register}/items/{id}", "item", "Một bản ghi", "One record"), API(F_GEOJSON | F_JSON | F_HTML, FORMAT_GEOJSON), .inputs = item_inputs, .cost = COST_KEY, .tag = "features", .answer = api_item},
    {WRITE(POST, "/api/collections/{register}/items", "itemCreate", "Thêm một bản ghi", "Create a record"), .inputs = create_inputs, .flags = WRITES | TAKES_BODY, .answer = api_item_create},
    {WRITE(PUT, "/api/collections/{register}/items/{id}", "itemReplace", "Thay cả bản ghi", "Replace a record"), .inputs = change_inputs, .flags = WRITES | TAKES_BODY, .answer = api_item_replace},
    {WRITE(PATCH, "/api/collections/{register}/items/{id}", "itemUpdate", "Sửa vài trường (RFC 7396)", "Change some fields (RFC 7396)"), .inputs = change_inputs, .flags = WRITES | TAKES_BODY, .answer = api_item_update},
    {WRITE(DELETE, "/api/collections/{register}/items/{id}", "itemDelete", "Xóa bản ghi (lịch sử vẫn còn)", "Delete a record (its history stays)"), .inputs = delete_inputs, .flags = WRITES, .answer = api_item_delete},

    {GET("/api/figures", "figures", "Các số liệu", "Figures"), API(F_JSON | F_HTML, FORMAT_JSON), .cost = COST_KEY, .tag = "figures", .answer = api_figures},
    {GET("/api/figures/{figure}", "figure", "Một số liệu, có thể chia nhỏ", "One figure, broken down where asked"), API(F_JSON | F_HTML, FORMAT_JSON), .inputs = figure_inputs, .cost = COST_SCAN, .tag = "figures", .answer = api_figure},
    {GET("/api/figures/{figure}/records", "figureRecords", "Những bản ghi được đếm", "The records that it counts"), API(F_JSON, FORMAT_JSON), .inputs = figure_records_inputs, .cost = COST_SCAN, .tag = "figures", .answer = api_figure_records},
    {GET("/api/indexes", "indexes", "Các bộ chỉ số", "Indices"), API(F_JSON | F_HTML, FORMAT_JSON), .cost = COST_KEY, .tag = "figures", .answer = api_indexes},
    {GET("/api/indexes/{index}", "indexLatest", "Bảng chỉ số của năm mới nhất", "Table of the latest year"), API(F_JSON | F_HTML, FORMAT_JSON), .inputs = index_inputs, .cost = COST_PAGE, .tag = "figures", .answer = api_index_latest},
    {GET("/api/indexes/{index}/{year}", "index", "Bảng chỉ số của một năm", "Table of one year"), API(F_JSON | F_HTML, FORMAT_JSON), .inputs = index_year_inputs, .cost = COST_PAGE, .tag = "figures", .answer = api_index},
    {GET("/api/reports", "reports", "Các báo cáo", "Reports"), API(F_JSON | F_HTML, FORMAT_JSON), .cost = COST_KEY, .tag = "figures", .answer = api_reports},
    {GET("/api/reports/{report}", "report", "Một báo cáo với các số liệu của nó", "One report with its figures"), API(F_JSON | F_HTML | FORMAT_BIT(FORMAT_MARKDOWN), FORMAT_JSON), .inputs = report_inputs, .cost = COST_SCAN, .tag = "figures", .answer = api_report},

    {GET("/api/openapi", "openapi", "Tài liệu OpenAPI 3.1", "The OpenAPI 3.1 document"), API(FORMAT_BIT(FORMAT_OPENAPI) | F_JSON | F_HTML, FORMAT_OPENAPI), .cost = COST_PAGE, .tag = "catalogue", .answer = api_openapi},
    {GET("/api/catalogue", "catalogue", "Danh mục dữ liệu mở (DCAT-AP)", "Catalogue of open data (DCAT-AP)"), API(FORMAT_BIT(FORMAT_JSONLD) | F_JSON, FORMAT_JSONLD), .cost = COST_PAGE, .tag = "catalogue", .answer = api_catalogue},
    {GET("/api/feeds/posts", "feedPosts", "Tin bài mới (Atom)", "New posts (Atom)"), API(FORMAT_BIT(FORMAT_ATOM), FORMAT_ATOM), .cost = COST_PAGE, .tag = "catalogue", .answer = api_feed_posts},
    {GET("/api/feeds/figures", "feedFigures", "Số liệu đã công bố (Atom)", "Published figures (Atom)"), API(FORMAT_BIT(FORMAT_ATOM), FORMAT_ATOM), .cost = COST_SCAN, .tag = "catalogue", .answer = api_feed_figures},
    {GET("/sitemap.xml", "sitemap", "Sơ đồ trang", "Sitemap"), .formats = FORMAT_BIT(FORMAT_XML), .flags = IS_HIDDEN, .cost = COST_PAGE, .tag = "catalogue", .answer = api_sitemap},
    {GET("/robots.txt", "robots", "Cho máy tìm kiếm", "For search engines"), .formats = FORMAT_BIT(FORMAT_TEXT), .flags = IS_LIVE | IS_HIDDEN, .cost = COST_CONSTANT, .tag = "catalogue", .answer = api_robots},
    {GET("/.well-known/security.txt", "security", "Báo lỗ hổng", "Where to report weaknesses"), .formats = FORMAT_BIT(FORMAT_TEXT), .flags = IS_LIVE | IS_HIDDEN, .cost = COST_CONSTANT, .tag = "catalogue", .answer = api_security},

    {GET("/api/log/checkpoint", "logCheckpoint", "Mốc đã ký mới nhất (C2SP)", "The newest signed checkpoint (C2SP)"), .formats = FORMAT_BIT(FORMAT_TEXT), .flags = IS_LIVE, .cost = COST_KEY, .tag = "log", .answer = api_log_checkpoint},
    {GET("/api/log/key", "logKey", "Khóa công khai của nhật ký", "The public key of the log"), .formats = FORMAT_BIT(FORMAT_TEXT), .cost = COST_KEY, .tag = "log", .answer = api_log_key},
    {GET("/api/log/tile/{tile}", "logTile", "Mảnh của cây Merkle, hoặc các mục (entries/…)", "A tile of the Merkle tree, or entries (entries/…)"), .inputs = tile_inputs, .formats = FORMAT_BIT(FORMAT_BYTES), .cost = COST_PAGE, .tag = "log", .answer = api_log_tile},
    {GET("/api/log/revisions", "logRevisions", "Các phiên bản, mới nhất trước", "Revisions, newest first"), API(F_JSON, FORMAT_JSON), .inputs = revisions_inputs, .cost = COST_PAGE, .tag = "log", .answer = api_log_revisions},
    {GET("/api/log/revisions/{revision}", "logRevision", "Một phiên bản và bằng chứng nó nằm trong nhật ký", "One revision, and the proof that the log holds it"), .inputs = revision_inputs, .formats = F_JSON, .flags = IS_LIVE, .cost = COST_PAGE, .tag = "log", .answer = api_log_revision},
    {GET("/api/log/revisions/{revision}/records", "logRecords", "Các bản ghi công khai của một phiên bản; bản ghi khác chỉ có mã băm", "The public records of a revision; the others as hashes"), .inputs = log_records_inputs, .formats = F_JSON, .cost = COST_SCAN, .tag = "log", .answer = api_log_records},
    {GET("/api/log/proof/{register}/{id}", "logProof", "Chứng thực một bản ghi (tinhso log check-proof)", "A proof of one record (tinhso log check-proof)"), API(F_JSON, FORMAT_JSON), .inputs = proof_inputs, .cost = COST_PAGE, .tag = "log", .answer = api_log_proof},
    ROUTE_END,
};
/* clang-format on */
