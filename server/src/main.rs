//! The binary: reads the command line and the settings, and calls the library.

// As the library, whose futures it runs.
#![recursion_limit = "256"]

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use server::cli::{Cli, Command, ConfigCommand};
use server::config::{self, Config, ConfigError, Environment};
use server::doctor::{self, Report};
use server::{commands, start, telemetry};

/// A request allocates a few dozen small things on whichever thread runs it, which glibc's allocator spends a
/// quarter of the request on.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Wrong usage or settings; clap uses the same number.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("longshore: {error:#}");
            ExitCode::from(if error.is::<ConfigError>() { USAGE } else { 1 })
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Config(ConfigCommand::List) => print!("{}", config::list()),
        Command::Config(ConfigCommand::Init { file }) => write_settings_file(&file)?,
        Command::Serve => with_runtime(start::run(&load(cli.config.as_deref())?))??,
        Command::Migrate => with_runtime(migrate(&load(cli.config.as_deref())?))??,
        Command::Hold(command) => {
            let config = Config::load(cli.config.as_deref(), &Environment::of_process())?;
            print!("{}", with_runtime(commands::hold::run(&config, &command))??);
        }
        Command::OAuth(command) => {
            let config = Config::load(cli.config.as_deref(), &Environment::of_process())?;
            print!(
                "{}",
                with_runtime(commands::oauth::run(&config, &command))??
            );
        }
        Command::Doctor { json } => {
            // The findings are the output; what the parts log on the way would only repeat them.
            let config = Config::load(cli.config.as_deref(), &Environment::of_process())?;
            return print_report(&with_runtime(doctor::examine_settings(config))?, json);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn load(file: Option<&Path>) -> anyhow::Result<Config> {
    let config = Config::load(file, &Environment::of_process())?;
    telemetry::install(&config.telemetry)?;
    Ok(config)
}

fn with_runtime<F: Future>(work: F) -> anyhow::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    Ok(runtime
        .context("the runtime cannot be started")?
        .block_on(work))
}

async fn migrate(config: &Config) -> Result<(), start::StartError> {
    start::open_database(config).await?.close().await;
    println!("The database is up to date: {}.", config.database.display());
    Ok(())
}

fn print_report(report: &Report, json: bool) -> anyhow::Result<ExitCode> {
    let mut output = std::io::stdout().lock();
    if json {
        writeln!(output, "{}", serde_json::to_string_pretty(report)?)?;
    } else {
        doctor::write_table(report, output.is_terminal(), &mut output)?;
    }
    Ok(if report.ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn write_settings_file(file: &Path) -> anyhow::Result<()> {
    config::write_commented_file(file)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    println!(
        "Wrote {}. Every line is a default; uncomment what you change.",
        file.display()
    );
    Ok(())
}
