import Terminal

/// Where to type a device's id; a list of them all would be no page but a download.
package struct DeviceSearchPage: Sendable {
  package var devices: Int
  /// Asked for, and not there.
  package var missing: String?

  package init(devices: Int, missing: String?) {
    self.devices = devices
    self.missing = missing
  }

  package func page() -> WebPage {
    let remark: HTML = missing.map { "<p><strong>There is no device \($0).</strong></p>" } ?? ""
    return WebPage(
      "Devices", in: .devices,
      """
      \(remark)
      <form action="/devices" method="get"><label>device<input name="device" required autocomplete="off" \
      spellcheck="false" value="\(missing ?? "")"></label><button>Show</button></form>
      <p>\(Phrase.count(devices, "device")) known. Those that need care are among the \
      \(Link("tickets").around("tickets")); lists of devices are the command's:</p>
      \(Command.list([
        "forewarn device list --product PRODUCT --batch BATCH", "forewarn export devices --format csv",
      ]))
      """)
  }
}
