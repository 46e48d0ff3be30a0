import Testing

@testable import Dashboard

struct PaletteTests {
  @Test func `black on white is 21 to 1`() throws {
    let palette = Palette(colours: [("black", 0x000000), ("white", 0xffffff), ("grey", 0x777777)])
    #expect(abs(try #require(palette.contrast("black", "white")) - 21) < 1e-9)
    #expect(abs(try #require(palette.contrast("grey", "white")) - 4.478) < 0.001)
  }

  @Test(arguments: [Palette.light, .dark])
  func `words have a contrast of 4_5, shapes one of 3`(palette: Palette) throws {
    for (pairs, least) in [(Palette.texts, 4.5), (Palette.shapes, 3)] {
      for pair in pairs {
        let contrast = try #require(palette.contrast(pair.front, pair.back))
        #expect(contrast >= least, "\(pair): \(contrast)")
      }
    }
  }
}
