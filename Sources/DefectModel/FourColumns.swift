/// Four neighbouring numbers of a matrix row at once; the row is long enough, wherever it begins.
extension UnsafeMutablePointer<Double> {
  @inline(__always)
  func four(at index: Int) -> SIMD4<Double> {
    UnsafeRawPointer(self + index).loadUnaligned(as: SIMD4<Double>.self)
  }

  @inline(__always)
  func setFour(at index: Int, _ value: SIMD4<Double>) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: SIMD4<Double>.self)
  }
}
