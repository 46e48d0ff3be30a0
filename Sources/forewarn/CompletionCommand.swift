import ArgumentParser

/// `forewarn completion`: what a shell needs to complete commands, options, and ids as the daemon knows them.
struct CompletionCommand: ParsableCommand {
  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish
  }

  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print the completion script of a shell.",
    discussion: Help.discussion(
      """
      Ids of tickets, findings, devices, batches, profiles and quarantined messages are completed as the daemon knows \
      them; where it doesn't answer at once, nothing is offered. The Debian package installs the scripts.
      """,
      examples: [
        "source <(forewarn completion bash)",
        "forewarn completion zsh > \"${fpath[1]}/_forewarn\"",
        "forewarn completion fish > ~/.config/fish/completions/forewarn.fish",
      ]))

  @Argument(help: "bash, zsh or fish.") var shell: Shell

  func run() {
    let shell: CompletionShell =
      switch self.shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    StandardStreams.print(Forewarn.completionScript(for: shell) + "\n")
  }
}
