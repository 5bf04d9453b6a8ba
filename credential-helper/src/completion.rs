//! Scripts that complete the command line in shells.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::command_line::{Cli, PROGRAM};

/// The script for a shell.
pub fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), PROGRAM, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        // The generator spells a name with hyphens in two ways, one where it sets the command that was typed and one
        // where it looks for its options, which it then never finds.
        Shell::Bash => script.replace(
            &PROGRAM.replace('-', "__subcmd__"),
            &PROGRAM.replace('-', "__"),
        ),
        _ => script,
    }
}
