import CDenseRows

/// Some strata-buckets' sums, to be taken off a symmetric matrix at once.
struct StrataBlock {
  static let depth = Cholesky.depth
  /// Rows are added up in turn to so many partial sums: neighbours often name the same terms, and an addition that needs
  /// the sum just stored waits nine cycles for it.
  static let lanes = 4
  let size: Int
  let matrixWidth: Int
  /// Behind the terms there is room for the slots that name none.
  let width: Int

  init(size: Int, width: Int, slotCount: Int) {
    self.size = size
    matrixWidth = width
    self.width = Cholesky.width(of: size + slotCount)
  }

  /// Moves the partial sums' sum to the place of one strata-bucket.
  @inline(__always)
  func gather(
    _ parts: UnsafeMutableBufferPointer<Double>, into sums: UnsafeMutableBufferPointer<Double>, at place: Int
  ) {
    let source = parts.baseAddress.unsafelyUnwrapped
    let target = sums.baseAddress.unsafelyUnwrapped + place &* width
    var column = 0
    while column < width {
      let first = source.four(at: column) + source.four(at: width &+ column)
      let second = source.four(at: 2 &* width &+ column) + source.four(at: 3 &* width &+ column)
      target.setFour(at: column, first + second)
      for lane in 0..<Self.lanes { source.setFour(at: lane &* width &+ column, SIMD4()) }
      column &+= 4
    }
  }

  /// A − Σ_i scale_i u_i u_i', lower triangle; what lies right of the diagonal is of no account.
  func subtract(
    _ sums: UnsafeMutableBufferPointer<Double>, _ scales: SIMD8<Double>,
    from matrix: UnsafeMutableBufferPointer<Double>
  ) {
    let base = sums.baseAddress.unsafelyUnwrapped
    let target = matrix.baseAddress.unsafelyUnwrapped
    for k in 0..<size {
      var factors = SIMD8<Double>()
      for index in 0..<Self.depth { factors[index] = base[index &* width &+ k] }
      if factors == SIMD8() { continue }
      factors *= scales
      withUnsafeBytes(of: factors) { factors in
        dense_rows_subtract(
          target + k &* matrixWidth, base, width, factors.baseAddress?.assumingMemoryBound(to: Double.self),
          Cholesky.width(of: k + 1))
      }
    }
  }
}
