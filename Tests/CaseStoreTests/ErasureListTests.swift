import Foundation
import Testing

@testable import CaseStore

/// The list of erasures beside the database: numbered from one without a gap, and read again as it was written.
struct ErasureListTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func line(_ list: ErasureList, _ device: String, refuses: Bool = false) -> ErasureList.Line {
    ErasureList.Line(
      at: "2026-01-01T00:00:00Z", product: "lamp", hash: list.hash(device), refuses: refuses,
      saidAt: refuses ? 17 : nil,
      refusesContact: false)
  }

  @Test func `lines are numbered from one on, without a gap, across appends and starts`() throws {
    let list = try ErasureList(directory: directory.path)
    #expect(list.last == 0 && list.lines.isEmpty)
    try list.append([])
    #expect(list.last == 0)
    try list.append([line(list, "a")])
    #expect(list.lines.map(\.number) == [1] && list.last == 1)
    try list.append([line(list, "b", refuses: true), line(list, "c")])
    #expect(list.lines.map(\.number) == [1, 2, 3])
    let again = try ErasureList(directory: directory.path)
    #expect(again.lines == list.lines && again.last == 3)
    #expect(again.lines[1].refuses && again.lines[1].saidAt == 17)
    try again.append([line(again, "d")])
    #expect(again.last == 4)
  }

  @Test func `a device is known again by its hash, which nobody can make without the key`() throws {
    let list = try ErasureList(directory: directory.path)
    #expect(list.hash("a") == list.hash("a") && list.hash("a") != list.hash("b"))
    #expect(list.hash("a").count == 32)
    let other = try TemporaryDirectory()
    #expect(try ErasureList(directory: other.path).hash("a") != list.hash("a"))
    try list.append([line(list, "a")])
    #expect(try !String(decoding: directory.bytes(of: "erasures.ndjson"), as: UTF8.self).contains("\"a\""))
    #expect(try ErasureList(directory: directory.path).hash("a") == list.hash("a"))
  }

  @Test func `half a last line was never answered for and goes, a broken one in the middle is refused`() throws {
    let list = try ErasureList(directory: directory.path)
    try list.append([line(list, "a"), line(list, "b")])
    let whole = try directory.bytes(of: "erasures.ndjson")
    let path = directory.path + "/erasures.ndjson"
    try whole.prefix(whole.count - 9).write(to: URL(filePath: path))
    let cut = try ErasureList(directory: directory.path)
    #expect(cut.lines.map(\.number) == [1])
    try cut.append([line(cut, "c")])
    #expect(try ErasureList(directory: directory.path).lines.map(\.number) == [1, 2])

    try (Data("nonsense\n".utf8) + whole).write(to: URL(filePath: path))
    let error = #expect(throws: StoreError.self) { _ = try ErasureList(directory: directory.path) }
    guard case .corrupt(_, let detail) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(detail.contains("line 1"))
  }

  @Test(arguments: [0, 31])
  func `a list whose key is missing or cut is refused with what to do`(bytes: Int) throws {
    let list = try ErasureList(directory: directory.path)
    try list.append([line(list, "a")])
    let key = try directory.bytes(of: "erasures.key")
    try key.prefix(bytes).write(to: URL(filePath: directory.path + "/erasures.key"))
    let error = #expect(throws: StoreError.self) { _ = try ErasureList(directory: directory.path) }
    guard case .corrupt(_, let detail) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(detail.contains("bring it back from the last backup"))
  }
}
