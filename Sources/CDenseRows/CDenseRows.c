#include "CDenseRows.h"

// The choice among the clones is made while the program is being loaded: ThreadSanitizer, which would watch it, isn't there yet.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IS_WATCHED 1
#endif
#endif

#if defined(__x86_64__) && defined(__linux__) && !defined(IS_WATCHED)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

FOR_EACH_PROCESSOR
void dense_rows_subtract(
    double *restrict own, const double *restrict rows, long width, const double *restrict factors, long columns) {
  const double f0 = factors[0], f1 = factors[1], f2 = factors[2], f3 = factors[3];
  const double f4 = factors[4], f5 = factors[5], f6 = factors[6], f7 = factors[7];
  const double *r0 = rows, *r1 = r0 + width, *r2 = r1 + width, *r3 = r2 + width;
  const double *r4 = r3 + width, *r5 = r4 + width, *r6 = r5 + width, *r7 = r6 + width;
  for (long block = 0; block < columns; block += 8) {
    for (long c = block; c < block + 8; c++) {
      const double even = f0 * r0[c] + f2 * r2[c] + f4 * r4[c] + f6 * r6[c];
      const double odd = f1 * r1[c] + f3 * r3[c] + f5 * r5[c] + f7 * r7[c];
      own[c] -= even + odd;
    }
  }
}
