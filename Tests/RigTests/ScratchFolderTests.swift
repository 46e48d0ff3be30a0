import Glibc
import Rig
import Testing

struct ScratchFolderTests {
  @Test func `a folder and all in it goes with its owner`() throws {
    var folder: ScratchFolder? = try ScratchFolder()
    let path = try #require(folder?.path)
    try folder?.makeFolder("a/b")
    try folder?.write("text", to: "a/b/c")
    #expect(access(path, F_OK) == 0)
    folder = nil
    #expect(access(path, F_OK) != 0)
  }

  @Test func `a Unix socket fits into a folder's path`() throws {
    let folder = try ScratchFolder()
    #expect(folder.path("forewarn.sock").utf8.count < 108)
  }
}
