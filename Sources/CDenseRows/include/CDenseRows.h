#ifndef FOREWARN_DENSE_ROWS_H
#define FOREWARN_DENSE_ROWS_H

/// own[c] -= sum over eight rows i of factors[i] * rows[i * width + c], for the first `columns` columns: a multiple of
/// eight. The one loop in which the fits' linear algebra spends its time, here because Swift can't compile a function for
/// several processors and choose at run time.
void dense_rows_subtract(
    double *own, const double *rows, long width, const double *factors, long columns);

#endif
