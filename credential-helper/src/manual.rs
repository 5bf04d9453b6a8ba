//! The manual page: one for the whole program, written from the same table as its help.

use std::io::{self, Write};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::command_line::{Cli, ENVIRONMENT};

/// Where things are kept, as long as the environment does not say otherwise.
const FILES: [(&str, &str); 2] = [
    (
        "~/.config/longshore/credentials.json",
        "The logins, for their owner alone; tokens that no keychain takes are in it unencrypted.",
    ),
    (
        "~/.docker/config.json",
        "Docker's settings, to which configure-docker adds the registries under credHelpers.",
    ),
];

/// Writes the page in the language of man(7).
pub fn write(page: &mut impl Write) -> io::Result<()> {
    let mut program = Cli::command();
    program.build();
    let whole = Man::new(program.clone());
    whole.render_title(page)?;
    whole.render_name_section(page)?;
    writeln!(page, ".SH SYNOPSIS")?;
    for command in commands(&program) {
        writeln!(page, "{}\n.br", escaped(&usage(command)))?;
    }
    writeln!(page, ".SH DESCRIPTION")?;
    for line in program.get_about().into_iter().map(ToString::to_string) {
        writeln!(page, "{}.", escaped(&line))?;
    }
    writeln!(page, ".SH COMMANDS")?;
    for command in commands(&program) {
        write_command(page, command)?;
    }
    write_list(page, "ENVIRONMENT", &ENVIRONMENT)?;
    write_list(page, "FILES", &FILES)
}

/// What people call. The words of docker's protocol are for docker.
fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

/// `docker-credential-longshore login [OPTIONS] [REGISTRY]`
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").to_owned()
}

fn write_command(page: &mut impl Write, command: &Command) -> io::Result<()> {
    writeln!(page, ".SS {}", escaped(command.get_name()))?;
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    for paragraph in about.split("\n\n") {
        let end = if paragraph.ends_with('.') { "" } else { "." };
        writeln!(page, "{}{end}\n.PP", escaped(paragraph))?;
    }
    let mut section = Vec::new();
    // That each has --help, everybody knows.
    let command = command.clone().mut_arg("help", |help| help.hide(true));
    Man::new(command).render_options_section(&mut section)?;
    // Without the section's own heading: these stand below the command's.
    let section = String::from_utf8_lossy(&section);
    let (_, options) = section.split_once(".SH OPTIONS\n").unwrap_or_default();
    page.write_all(options.as_bytes())
}

fn write_list(page: &mut impl Write, heading: &str, entries: &[(&str, &str)]) -> io::Result<()> {
    writeln!(page, ".SH {heading}")?;
    for (name, text) in entries {
        writeln!(page, ".TP\n{}\n{}", escaped(name), escaped(text))?;
    }
    Ok(())
}

/// Text that stands for itself: hyphens are not broken at and can be searched for, and no line is a request.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    match text.as_bytes().first() {
        Some(b'.' | b'\'') => format!("\\&{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_command_every_option_and_every_variable() {
        let mut page = Vec::new();
        write(&mut page).unwrap();
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        let program = Cli::command();
        for command in commands(&program) {
            assert!(page.contains(&format!(".SS {}\n", command.get_name())));
            for option in command.get_opts().filter_map(clap::Arg::get_long) {
                assert!(page.contains(&format!("--{option}")), "{option}");
            }
        }
        for (name, _) in ENVIRONMENT {
            assert!(page.contains(name), "{name}");
        }
        assert!(!page.contains("(1)"), "there is no other page to refer to");
    }

    #[test]
    fn no_text_is_taken_for_a_request() {
        assert_eq!(escaped(".so /etc/passwd"), "\\&.so /etc/passwd");
        assert_eq!(escaped("a\\b-c"), "a\\eb\\-c");
    }
}
