/* Every limit on what a stranger or a file can make the program grow, in one place. Bytes unless the name says otherwise. */
#ifndef TINHSO_BASE_LIMITS_H
#define TINHSO_BASE_LIMITS_H

enum {
    /* declarations */
    LIMIT_YAML_BYTES = 4 << 20,
    LIMIT_YAML_DEPTH = 32,
    LIMIT_YAML_NODES = 400000,
    LIMIT_FIELDS = 200,    /* fields of a register */
    LIMIT_REGISTERS = 500, /* registers of a province */

    /* CQL2 */
    LIMIT_CQL2_BYTES = 64 << 10,     /* of the text */
    LIMIT_CQL2_JSON_BYTES = 1 << 20, /* the same filter as JSON is up to sixteen times as long */
    LIMIT_CQL2_DEPTH = 64,
    LIMIT_CQL2_NODES = 10000,
    LIMIT_CQL2_SQL_BYTES = 4 << 20,

    /* records and files */
    LIMIT_TEXT_BYTES = 1 << 20,       /* one text value */
    LIMIT_RECORD_BYTES = 4 << 20,     /* one record in canonical form */
    LIMIT_FOLLOW_REVISIONS = 1 << 24, /* of a log that is followed */
    LIMIT_FOLLOW_RECORDS = 1 << 24,   /* of one revision of it */
    LIMIT_FETCH_MS = 60000,           /* one document over HTTP */
    LIMIT_FETCH_REDIRECTS = 3,
    LIMIT_REQUESTS_OPEN = 10, /* that a citizen filed and that are not finished */
    LIMIT_DRAFTS = 50,        /* of an account */
    LIMIT_DRAFT_BYTES = 1 << 20,
    LIMIT_DOSSIER_FILES = 20,            /* that one application, or one supplement, brings */
    LIMIT_DOSSIER_FILE_BYTES = 10 << 20, /* one of them */
    LIMIT_DRAFT_FILES_BYTES = 60 << 20,  /* all files that wait in drafts of an account */
    LIMIT_FILE_CHECK_MEMORY = 256 << 20, /* of the process that looks at a file */
    LIMIT_FILE_CHECK_SECONDS = 20,
    LIMIT_DELEGATIONS = 50,          /* given by an account, or to it, and not ended */
    LIMIT_UPLOADS_KEPT = 200,        /* files that wait to be imported, and their notes */
    LIMIT_UPLOADS_OWN = 20,          /* of them, files of one account */
    LIMIT_UPLOAD_MS = 24 * 3600000,  /* then it is forgotten */
    LIMIT_BULK_RECORDS = 20000,      /* changed by one command of a page, on the writer's thread */
    LIMIT_FETCH_STRICT_MS = 5000,    /* while somebody waits to be signed in */
    LIMIT_PAGE_RECORDS = 10000,      /* one page of records over HTTP */
    LIMIT_QUERY_SKIP = 1000000,      /* found records that paging steps over */
    LIMIT_DUPLICATE_PAIRS = 2000000, /* that one search of a register finds */
    LIMIT_CSV_COLUMNS = 1000,
    LIMIT_CSV_CELL_BYTES = 1 << 20,
    LIMIT_JSON_BYTES = 64 << 20,
    LIMIT_JSON_DEPTH = 288, /* a level of a filter takes three at most, and LIMIT_CQL2_DEPTH and some fit */
    LIMIT_JSON_NODES = 4000000,
    LIMIT_GEOMETRY_POINTS = 1000000,
    LIMIT_GEOMETRY_DEPTH = 8,        /* collections within collections */
    LIMIT_GEOMETRY_BYTES = 32 << 20, /* WKB */

    /* figures and indexes */
    LIMIT_FIGURES = 2000,          /* of a province */
    LIMIT_FIGURE_GROUPS = 1000000, /* what one pass counts apart: keys times different values */
    LIMIT_FIGURE_ROWS = 20000,     /* rows of a breakdown, subjects of an index */
    LIMIT_UNIT_EVENTS = 60,        /* days on which units were merged or divided */

    /* pages */
    LIMIT_INDEX_YEARS = 12,                /* of an index that its pages show */
    LIMIT_FIGURE_HISTORY = 12,             /* points in time at which a page counts its figure */
    LIMIT_FIGURE_HISTORY_RECORDS = 750000, /* records that it reads for them */
    LIMIT_PAGE_BYTES = 8 << 20,            /* of HTML that a page or a part of it is made in */

    /* sandbox */
    LIMIT_SANDBOX_PIPE_BYTES = 1 << 20,
    LIMIT_SANDBOX_FILE_BYTES = 0x7fffffff, /* one file that a confined program writes */
    LIMIT_GEOFILE_BYTES = 256 << 20,       /* a geographic file that is read, and what becomes of it as CSV */
    LIMIT_GEOFILE_MEMORY = 1 << 30,        /* of ogr2ogr */
    LIMIT_GEOFILE_SECONDS = 120,
    LIMIT_GEOFILE_STALE_SECONDS = 6 * 3600, /* from which on a working folder is what a kill left */

    /* workbooks and CSV from outside */
    LIMIT_SHEET_FILE_BYTES = 512 << 20,
    LIMIT_SHEET_EXPANDED_BYTES = 1 << 30, /* all parts of a workbook together */
    LIMIT_ZIP_RATIO = 200,                /* bytes that one byte of a zip may expand to */
    LIMIT_ZIP_RATIO_FREE_BYTES = 4 << 20, /* below, any ratio will do */
    LIMIT_ZIP_ENTRIES = 10000,
    LIMIT_XML_DEPTH = 64,
    LIMIT_XML_TOKEN_BYTES = 4 << 20, /* one tag or comment */
    LIMIT_SHEETS = 256,
    LIMIT_SHEET_ROWS = 1048576,
    LIMIT_SHEET_COLUMNS = 16384,
    LIMIT_SHEET_CELLS = 50000000, /* empty ones up to the last used column of a row counted */
    LIMIT_SHEET_CELL_BYTES = 1 << 20,
    LIMIT_SHEET_ROW_BYTES = 16 << 20,
    LIMIT_SHEET_TEXT_FREE_BYTES = 64 << 20, /* that cells may repeat, however small the file */
    LIMIT_SHEET_RUN_BYTES = 1 << 20,        /* what tells the fonts within the rich texts of a row */
    LIMIT_SHEET_FRAME_BYTES = 20 << 20,     /* one message of the reading process: a row, or all facts */
    LIMIT_SHEET_NAME_BYTES = 1000,          /* of a sheet or font */
    LIMIT_SHARED_STRING_BYTES = 128 << 20,  /* with four bytes for each string */
    LIMIT_SHEET_FONTS = 4096,
    LIMIT_SHEET_FORMATS = 4096,
    LIMIT_SHEET_STYLES = 65536,
    LIMIT_SHEET_MERGES = 4096,
    LIMIT_SHEET_MERGE_ROWS = 100,         /* merged cells are told of the first rows */
    LIMIT_SHEET_MEMORY_BYTES = 512 << 20, /* of the reading process, beside the file itself */
    LIMIT_SHEET_CPU_SECONDS = 120,
    LIMIT_SHEET_SILENT_SECONDS = 300, /* that whoever waits for the reading process waits */
    LIMIT_SHEET_WALL_SECONDS = 3600,  /* whoever takes the rows may take his time */
    LIMIT_SHEET_OUTPUT_MIB = 1024,

    /* HTTP, what comes in */
    LIMIT_HTTP_TARGET_BYTES = 8 << 10, /* path and query */
    LIMIT_HTTP_HEADER_LINE_BYTES = 8 << 10,
    LIMIT_HTTP_HEADERS = 64,
    LIMIT_HTTP_RANGES = 8,              /* of one Range header; none is looked at, more are refused */
    LIMIT_HTTP_MEMORY_BYTES = 20 << 10, /* of a connection: the whole head of a request and of its answer */
    LIMIT_HTTP_BODY_BYTES = 4 << 20,
    LIMIT_HTTP_SECRET_BYTES = 16 << 10, /* a form with a password or a code, which strangers may send */
    LIMIT_HTTP_UPLOAD_BYTES = 64 << 20, /* of a form with files: kept in a file without a name, not in memory */
    LIMIT_HTTP_UPLOADS = 8,             /* at a time */
    LIMIT_HTTP_UPLOAD_MS = 300000,
    LIMIT_HTTP_TEXT_BYTES = 1 << 10, /* one input of type text that names no limit of its own */
    LIMIT_HTTP_QUERY_INPUTS = 64,
    LIMIT_HTTP_FORM_INPUTS = 2000, /* of a body: a form with a box for each of many codes */
    LIMIT_HTTP_CONNECTIONS = 4096,
    LIMIT_HTTP_CONNECTIONS_EACH = 128, /* from one address that is not this machine's own */
    LIMIT_HTTP_HEAD_MS = 20000, /* from the end of the last answer, or the beginning, to the end of the next head */
    LIMIT_HTTP_BODY_MS = 30000,
    LIMIT_HTTP_ANSWER_MS = 300000,
    LIMIT_HTTP_CONNECTION_MS = 3600000,
    LIMIT_HTTP_CONNECTION_REQUESTS = 100000,
    LIMIT_HTTP_STOP_MS = 5000,
    LIMIT_HTTP_REST_MS = 100,    /* of a server that stops: nothing came; it accepts no more, then ends */
    LIMIT_HTTP_ACCEPT_MS = 1000, /* accepts no more in any case */
    LIMIT_HTTP_LANE_JOBS = 512,  /* requests that wait for a lane (writer, slow work) */

    /* HTTP, what goes out */
    LIMIT_HTTP_ANSWER_BYTES = 64 << 20,
    LIMIT_HTTP_HELD_BYTES = 256 << 20, /* of large answers that their readers have not taken yet */
    LIMIT_HTTP_CACHE_BYTES = 16 << 20,
    LIMIT_HTTP_CACHED_BYTES = 1 << 20, /* one answer that is kept */
    LIMIT_HTTP_RATE_CLIENTS = 4096,    /* addresses that are counted at a time */
    LIMIT_HTTP_RATE_BURST = 2000,      /* cost that an address may spend at once … */
    LIMIT_HTTP_RATE_A_SECOND = 200,    /* … and gets back each second */
    LIMIT_PASSWORD_BYTES = 4096,       /* as typed, and brought into one form */

    /* import */
    LIMIT_IMPORT_COLUMNS = 1000,        /* that hold anything */
    LIMIT_IMPORT_MARKS = 200000,        /* faults kept for the report; all are counted */
    LIMIT_IMPORT_ROW_BYTES = 256 << 20, /* a row as it is set aside */
    LIMIT_IMPORT_REFERENCES = 200000,   /* names of a reference that are remembered with what they lead to */
    LIMIT_REFERENCE_CANDIDATES = 20000, /* records that a name is compared with */
    LIMIT_DUPLICATE_CANDIDATES = 20000, /* records of a block that one entry is compared with */

    /* output */
    LIMIT_REPORT_BYTES = 64 << 20,
    LIMIT_REPORT_MARKS = 20000,   /* pieces of one report */
    LIMIT_PAPER_BYTES = 16 << 20, /* one paper as text, page or PDF */
    LIMIT_PAPER_MARKS = 100000,   /* values that stand in one */
    LIMIT_PAPER_PAGES = 500,
};

#endif
