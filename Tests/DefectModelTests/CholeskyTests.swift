import Testing

@testable import DefectModel

struct CholeskyTests {
  @Test func `the hand example of two by two is factorised, solved and inverted`() throws {
    let factor = try #require(Cholesky([4, 0, 2, 3], size: 2))
    let solution = factor.solve([2, 5])
    #expect(abs(solution[0] + 0.5) < 1e-15)
    #expect(abs(solution[1] - 2) < 1e-15)
    for (value, expected) in zip(factor.inverse, [0.375, -0.25, -0.25, 0.5]) { #expect(abs(value - expected) < 1e-15) }
    for (value, expected) in zip(factor.inverseDiagonal, [0.375, 0.5]) { #expect(abs(value - expected) < 1e-15) }
  }

  @Test func `a matrix that is not positive definite has no factor`() {
    #expect(Cholesky([1, 0, 2, 1], size: 2) == nil)
    #expect(Cholesky([.nan], size: 1) == nil)
  }

  @Test(arguments: [1, 2, 5, 17]) func `a random matrix times its inverse is the identity`(size: Int) throws {
    var generator = SeededGenerator(seed: UInt64(size))
    let root = (0..<size * size).map { _ in generator.unit() - 0.5 }
    var matrix = ContiguousArray(repeating: 0.0, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        for index in 0..<size { matrix[row * size + column] += root[row * size + index] * root[column * size + index] }
      }
      matrix[row * size + row] += 0.1
    }
    let inverse = try #require(Cholesky(matrix, size: size)).inverse
    for row in 0..<size {
      for column in 0..<size {
        var sum = 0.0
        for index in 0..<size { sum += matrix[row * size + index] * inverse[index * size + column] }
        #expect(abs(sum - (row == column ? 1 : 0)) < 1e-9)
      }
    }
  }
}
