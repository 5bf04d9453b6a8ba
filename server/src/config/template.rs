//! The table of settings as a file to fill in and as a list to read.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::settings::{self, DefaultValue, Setting};

/// The commented TOML file of `longshore config init`: every setting, each switched off, so that the file
/// means the defaults until a line is uncommented.
pub fn commented_file() -> String {
    let mut text = String::from(
        "# Settings of Longshore. Every line is a default; uncomment what you change.\n\
         # The environment variable named above a setting wins over this file.\n",
    );
    let mut section = "";
    for setting in settings::ALL {
        if setting.section() != section {
            section = setting.section();
            write_line(&mut text, format_args!("\n[{section}]"));
        }
        write_line(&mut text, format_args!(""));
        for line in wrapped(setting.description, 96) {
            write_line(&mut text, format_args!("# {line}"));
        }
        write_line(&mut text, format_args!("# Expects {}.", setting.expects));
        write_line(
            &mut text,
            format_args!("# Environment: {}", setting.environment),
        );
        match setting.default {
            DefaultValue::Value(value) => {
                write_line(
                    &mut text,
                    format_args!("#{} = {}", setting.name(), toml_value(value)),
                );
            }
            DefaultValue::Derived(from) => {
                write_line(&mut text, format_args!("# Default: {from}"));
                write_line(&mut text, format_args!("#{} = \"\"", setting.name()));
            }
            DefaultValue::Unset => {
                write_line(&mut text, format_args!("# Default: not set"));
                write_line(&mut text, format_args!("#{} = \"\"", setting.name()));
            }
        }
    }
    text
}

/// The list of `longshore config list`: names, defaults and descriptions.
pub fn list() -> String {
    let mut text = String::from(
        "Settings come from a TOML file (--config FILE, LONGSHORE_CONFIG, or longshore.toml in the working\n\
         directory) and from the environment, which wins. An empty value counts as not set.\n",
    );
    for setting in settings::ALL {
        write_line(
            &mut text,
            format_args!("\n{}  ({})", setting.environment, setting.key),
        );
        for line in wrapped(setting.description, 92) {
            write_line(&mut text, format_args!("    {line}"));
        }
        write_line(&mut text, format_args!("    Expects {}.", setting.expects));
        write_line(
            &mut text,
            format_args!("    Default: {}", default_text(setting)),
        );
    }
    text
}

/// Writes the commented file, for its owner's eyes as it may come to hold secrets. Fails when the file
/// exists.
pub fn write_commented_file(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(commented_file().as_bytes())
}

fn default_text(setting: &Setting) -> &'static str {
    match setting.default {
        DefaultValue::Value(text) | DefaultValue::Derived(text) => text,
        DefaultValue::Unset => "not set",
    }
}

/// Numbers and flags stand bare in TOML, all else in quotes. No default holds a quote or a backslash.
fn toml_value(text: &str) -> String {
    let bare = text == "true" || text == "false" || text.bytes().all(|byte| byte.is_ascii_digit());
    if bare {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

fn write_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a String cannot fail");
}

/// Breaks a sentence into lines of at most `width` characters.
fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        let line = lines.last_mut().expect("there is always a last line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
