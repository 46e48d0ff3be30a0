import Testing

@testable import Gateway

@Suite struct ResidentMemoryTests {
  private let text = """
    7fae8d800000-7fae8ddd3000 r-xp 00000000 fe:00 1234   /usr/lib/libone.so
    Size:               5964 kB
    Private_Dirty:         0 kB
    7fae8e200000-7fae8e2c5000 r-xp 00000000 fe:00 1235   /usr/lib/with text relocations.so
    Private_Dirty:        12 kB
    7fae8e300000-7fae8e310000 r--p 00000000 fe:00 1235   /usr/lib/libtwo.so
    Private_Dirty:         0 kB
    7fff0000f000-7fff00010000 r-xp 00000000 00:00 0      [vdso]
    Private_Dirty:         0 kB
    7fff10000000-7fff10010000 r-xp 00000000 fe:00 1236   /usr/lib/libuntold.so
    VmFlags: rd ex mr mw me
    """

  @Test func `only code as its file holds it may be given back`() {
    let mappings = Mappings.parse(Array(text.utf8))
    #expect(mappings.count == 5)
    #expect(mappings.filter(\.isUnchangedCode).map(\.start) == [0x7fae_8d80_0000])
    #expect(mappings[0].end == 0x7fae_8ddd_3000)
  }

  @Test func `this very process's code can be given back while it runs`() {
    let code = Mappings.read().filter(\.isUnchangedCode)
    #expect(!code.isEmpty)
    ResidentMemory.releaseHeap()
    ResidentMemory.releaseCode()
    #expect(Mappings.read().filter(\.isUnchangedCode).map(\.start) == code.map(\.start))
  }
}
