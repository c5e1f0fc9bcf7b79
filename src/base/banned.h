/* Functions that nobody here may call: included last by every .c file.
 * Each has a safer neighbour: memcpy with a length, snprintf or buf_printf, text/date, strtoull through text/number. */
#ifndef TINHSO_BASE_BANNED_H
#define TINHSO_BASE_BANNED_H

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets
#pragma GCC poison localtime gmtime ctime asctime mktime atoi atol atoll atof
#pragma GCC poison tmpnam tempnam system popen setlocale

#endif
