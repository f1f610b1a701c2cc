/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal numbers are read as a whole number and a power of ten, in 128 bits, so that "2.5G" is
 * exact; printf()'s decimal point, which is the locale's, is put right afterwards.
 */
#include "units.h"

#include "attr.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>

#define DIGITS_MAX   25 /* 10^25 times the factor of an hour fits into 128 bits */
#define EXPONENT_MAX 400

__extension__ typedef unsigned __int128 wide;

struct unit {
    const char *suffix;
    uint64_t factor;
};

/* The largest first: that is the one it is written with. */
static const struct unit durations[] = {
    { "h", 3600000000000 },
    { "m", 60000000000 },
    { "min", 60000000000 },
    { "s", 1000000000 },
    { "ms", 1000000 },
    { "us", 1000 },
    { "ns", 1 },
};
static const struct unit sizes[] = {
    { "G", 1 << 30 },
    { "M", 1 << 20 },
    { "K", 1 << 10 },
    { "", 1 },
};
static const struct unit rates[] = {
    { "T", 1000000000000 }, { "G", 1000000000 }, { "M", 1000000 }, { "K", 1000 }, { "", 1 },
};

/* Digits, perhaps with a point: value / 10^decimals. */
struct decimal {
    wide value;
    unsigned digits, decimals;
};

static const char *decimal_read(const char *text, struct decimal *ret)
{
    bool point = false;

    *ret = (struct decimal){ 0 };
    for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        if (ret->digits++ >= DIGITS_MAX)
            continue;
        ret->value = ret->value * 10 + (unsigned)(*text - '0');
        ret->decimals += point;
    }
    return ret->digits ? text : NULL;
}

/* With its unit multiplied, to the nearest whole number. */
static int scale(const struct decimal *decimal, uint64_t factor, uint64_t *ret)
{
    wide whole = decimal->value * factor, power = 1;

    if (decimal->digits > DIGITS_MAX)
        return -ERANGE;
    for (unsigned i = 0; i < decimal->decimals; i++)
        power *= 10;
    whole = (whole + power / 2) / power;
    if (whole > UINT64_MAX || (whole == 0 && decimal->value != 0))
        return -ERANGE;
    *ret = (uint64_t)whole;
    return 0;
}

static int parse_with(const struct unit *units, size_t count, const char *text, uint64_t *ret)
{
    struct decimal decimal;
    const char *end = decimal_read(text, &decimal);

    if (!end)
        return -EINVAL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(units[i].suffix, end) == 0)
            return scale(&decimal, units[i].factor, ret);
    return -EINVAL;
}

int duration_parse(const char *text, uint64_t *ret_ns)
{
    if (strcmp(text, "0") == 0) {
        *ret_ns = 0;
        return 0;
    }
    return parse_with(durations, COUNT(durations), text, ret_ns);
}

int size_parse(const char *text, uint64_t *ret_bytes)
{
    return parse_with(sizes, COUNT(sizes), text, ret_bytes);
}

int rate_parse(const char *text, uint64_t *ret_bps)
{
    return parse_with(rates, COUNT(rates), text, ret_bps);
}

int uint_parse(const char *text, uint64_t *ret)
{
    static const struct unit none[] = { { "", 1 } };

    if (strchr(text, '.'))
        return -EINVAL;
    return parse_with(none, COUNT(none), text, ret);
}

int int_parse(const char *text, int64_t *ret)
{
    bool negative = *text == '-';
    uint64_t value;
    int r = uint_parse(text + (negative || *text == '+'), &value);

    if (r < 0)
        return r;
    if (value > (uint64_t)INT64_MAX + negative)
        return -ERANGE;
    *ret = negative ? (int64_t)(0 - value) : (int64_t)value;
    return 0;
}

/* "e-3": 0 if there is none. */
static const char *exponent_read(const char *text, int *ret)
{
    bool negative;
    int value = 0;

    *ret = 0;
    if (*text != 'e' && *text != 'E')
        return text;
    negative = *++text == '-';
    text += negative || *text == '+';
    if (*text < '0' || *text > '9')
        return NULL;
    for (; *text >= '0' && *text <= '9'; text++)
        if (value < EXPONENT_MAX)
            value = value * 10 + (*text - '0');
    *ret = negative ? -value : value;
    return text;
}

int real_parse(const char *text, double *ret)
{
    bool negative = *text == '-';
    struct decimal decimal;
    long double value;
    int exponent = 0;

    text = decimal_read(text + (negative || *text == '+'), &decimal);
    if (text)
        text = exponent_read(text, &exponent);
    if (!text || *text)
        return -EINVAL;
    if (decimal.digits > DIGITS_MAX)
        return -ERANGE;
    exponent -= (int)decimal.decimals;
    value = (long double)decimal.value;
    value = exponent < 0 ? value / powl(10, -exponent) : value * powl(10, exponent);
    if (!isfinite((double)value) || (decimal.value != 0 && !isnormal((double)value)))
        return -ERANGE;
    *ret = negative ? (double)-value : (double)value;
    return 0;
}

int share_parse(const char *text, double *ret)
{
    size_t len = strlen(text);
    char digits[48];
    double value;
    int r;

    if (len == 0 || len >= sizeof digits || text[0] == '-')
        return -EINVAL;
    memcpy(digits, text, len + 1);
    if (digits[len - 1] == '%')
        digits[len - 1] = '\0';
    r = real_parse(digits, &value);
    if (r == 0)
        *ret = digits[len - 1] ? value : value / 100;
    return r;
}

/* printf() with the point of the "C" locale. */
_printf_(1, 2) static struct number number_format(const char *fmt, ...)
{
    const char *point = localeconv()->decimal_point;
    struct number number;
    va_list ap;
    char *at;

    va_start(ap, fmt);
    vsnprintf(number.text, sizeof number.text, fmt, ap);
    va_end(ap);
    at = strcmp(point, ".") == 0 ? NULL : strstr(number.text, point);
    if (at) {
        *at = '.';
        memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
    }
    return number;
}

static struct number write_with(const struct unit *units, size_t count, uint64_t value)
{
    if (value == 0)
        return (struct number){ "0" };
    for (size_t i = 0; i < count; i++)
        if (value % units[i].factor == 0)
            return number_format("%llu%s", (unsigned long long)(value / units[i].factor),
                                 units[i].suffix);
    return (struct number){ "" };
}

struct number duration_written(uint64_t ns)
{
    return write_with(durations, COUNT(durations), ns);
}

struct number size_written(uint64_t bytes)
{
    return write_with(sizes, COUNT(sizes), bytes);
}

struct number rate_written(uint64_t bps)
{
    return write_with(rates, COUNT(rates), bps);
}

struct number real_written(double value)
{
    struct number number = { "" };
    double again = 0;

    for (int digits = 1; digits <= 17; digits++) {
        number = number_format("%.*g", digits, value);
        if (real_parse(number.text, &again) == 0 && again >= value && again <= value)
            break;
    }
    return number;
}

/* So many digits, 3 or 4, in front of a unit; half is half of the last one for 1 to 10. */
static struct number with_digits(double value, int digits, const char *unit)
{
    double size = fabs(value), half = digits == 3 ? 0.005 : 0.0005;
    int whole = size < 10 - half ? 1 : size < 100 - 10 * half ? 2 : 3;

    return number_format("%.*f %s", digits - whole, value, unit);
}

struct prefix {
    double factor;
    const char *unit;
};

static struct number scaled_text(double value, int digits, const struct prefix *prefixes,
                                 size_t count)
{
    double round_up = digits == 3 ? 0.9995 : 0.99995;
    size_t i = 0;

    if (!isfinite(value))
        return (struct number){ "-" };
    while (i + 1 < count && fabs(value) < prefixes[i].factor * round_up)
        i++;
    return with_digits(value / prefixes[i].factor, digits, prefixes[i].unit);
}

struct number seconds_text(double s)
{
    static const struct prefix prefixes[] = {
        { 1, "s" }, { 1e-3, "ms" }, { 1e-6, "us" }, { 1e-9, "ns" }
    };

    if (s >= 0 && s < 0.5e-9)
        return (struct number){ "0 s" };
    return scaled_text(s, 3, prefixes, COUNT(prefixes));
}

struct number duration_text(uint64_t ns)
{
    unsigned long long s = (ns + 500000000) / 1000000000;

    if (ns >= 3600000000000)
        return number_format("%llu h %llu min", s / 3600, s % 3600 / 60);
    if (ns >= 60000000000)
        return number_format("%llu min %llu s", s / 60, s % 60);
    return seconds_text((double)ns / 1e9);
}

struct number size_text(uint64_t bytes)
{
    static const struct prefix prefixes[] = {
        { 1099511627776.0, "TiB" }, { 1073741824.0, "GiB" }, { 1048576.0, "MiB" }, { 1024.0, "KiB" }
    };

    if (bytes < 1024)
        return number_format("%llu B", (unsigned long long)bytes);
    return scaled_text((double)bytes, 3, prefixes, COUNT(prefixes));
}

struct number rate_text(double bps)
{
    static const struct prefix prefixes[] = {
        { 1e12, "Tb/s" }, { 1e9, "Gb/s" }, { 1e6, "Mb/s" }, { 1e3, "kb/s" }, { 1, "b/s" }
    };

    return scaled_text(bps, 4, prefixes, COUNT(prefixes));
}

struct number share_text(double ratio)
{
    if (!isfinite(ratio))
        return (struct number){ "-" };
    return with_digits(ratio * 100, 3, "%");
}

struct number share_exact(double ratio)
{
    return number_format("%.6g %s", ratio * 100, "%");
}
