import Foundation
import Testing

@testable import FleetSimulation

@Suite struct ShippedProductsTests {
  private static let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Firmware-Profiles")

  @Test(arguments: ProductModel.shipped(days: 90).map(\.product))
  func `a product reports what its shipped profile declares and fails by the profile's thresholds`(
    product name: String
  ) throws {
    let product = try #require(ProductModel.shipped(days: 90).first { $0.product == name })
    let profile = try String(contentsOf: Self.profiles.appending(path: "\(name).yaml"), encoding: .utf8)
    #expect(profile.contains("\nproduct: \(name)"))
    #expect(profile.contains("humid_at_pct: \(Int(product.humidAtPct))}"))
    for signal in product.signals { #expect(profile.contains("\n  \(signal.name):"), "\(signal.name)") }
    for mode in product.modes {
      #expect(profile.contains("- id: \(mode.id)\n"))
      #expect(profile.contains("\n  - \(mode.event)"), "\(mode.event)")
      #expect(profile.contains("event: \(mode.event), count: \(mode.threshold)}"), "\(mode.event)")
    }
    // Reported besides the modes' events, in outages and after updates.
    #expect(profile.contains("\n  - wifi_disconnect") && profile.contains("\n  - watchdog_reboot"))
  }

  @Test func `modes of a healthy device never reach their threshold by noise`() {
    for mode in ProductModel.shipped(days: 90).flatMap(\.modes) where mode.noise > 0 {
      #expect(max(1, (mode.threshold - 1) / 2) < mode.threshold, "\(mode.id)")
    }
  }
}
