//! A running server: started, watched by its log, and ended gently or at once.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Client, Installation};

/// What is waited for takes a fraction of a second; more only on a machine that is very busy.
const LOG_LIMIT: Duration = Duration::from_mins(1);

/// The process. Killed when the test lets go of it.
pub struct ServerProcess {
    child: Child,
    base: String,
    host: String,
    log: Arc<Log>,
    reading: Option<JoinHandle<()>>,
}

/// What the server has written, and a bell for each line.
#[derive(Default)]
struct Log {
    written: Mutex<Written>,
    bell: Condvar,
}

#[derive(Default)]
struct Written {
    text: String,
    is_over: bool,
}

/// How a server ended.
pub struct Ended {
    pub status: ExitStatus,
    /// Everything it logged, one JSON document per line.
    pub log: String,
}

impl ServerProcess {
    pub(super) fn start(installation: &Installation) -> Self {
        let mut child = installation
            .command(&["serve"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = child.stderr.take().unwrap();
        let log = Arc::new(Log::default());
        let reading = std::thread::spawn({
            let log = log.clone();
            move || log.read(stderr)
        });
        let server = Self {
            child,
            base: installation.base(),
            host: installation.host(),
            log,
            reading: Some(reading),
        };
        server.wait_for_log(r#""message":"serving""#);
        server
    }

    /// Waits until the server has logged this. Fails when it ends before.
    #[track_caller]
    pub fn wait_for_log(&self, text: &str) {
        let written = self.log.written.lock().unwrap();
        let is_awaited = |written: &mut Written| !written.is_over && !written.text.contains(text);
        let (written, _) = self
            .log
            .bell
            .wait_timeout_while(written, LOG_LIMIT, is_awaited)
            .unwrap();
        let has_come = written.text.contains(text);
        // Free before the test may fail, as the log is printed then.
        drop(written);
        assert!(has_come, "the server did not log {text}");
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Client {
        Client::new(&self.base, &self.host)
    }

    /// Host and port, as image names begin.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What it logged until now.
    pub fn log(&self) -> String {
        self.log.written.lock().unwrap().text.clone()
    }

    /// A field of `/proc/<pid>/status`, in bytes, such as `VmRSS` or `VmHWM`.
    pub fn memory(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let kibibytes = line.unwrap().trim().strip_suffix(" kB").unwrap();
        kibibytes.parse::<u64>().unwrap() * 1024
    }

    /// Ends it as a power cut would, as far as the process can tell.
    pub fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.ended()
    }

    /// Asks it to end, without waiting.
    pub fn ask_to_stop(&self) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to end and waits.
    pub fn stop(mut self) -> Ended {
        self.ask_to_stop();
        self.ended()
    }

    /// Waits until it has ended.
    pub fn wait(mut self) -> Ended {
        self.ended()
    }

    fn ended(&mut self) -> Ended {
        let status = self.child.wait().unwrap();
        if let Some(reading) = self.reading.take() {
            reading.join().unwrap();
        }
        Ended {
            status,
            log: self.log(),
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Both fail where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the server's log ---\n{}", self.log());
        }
    }
}

impl Ended {
    /// It ended by itself, with success, and nothing went wrong on the way.
    #[track_caller]
    pub fn expect_success(&self) -> &Self {
        assert!(self.status.success(), "{}\n{}", self.status, self.log);
        self.expect_no_errors()
    }

    /// Nothing was logged that an operator has to look into.
    #[track_caller]
    pub fn expect_no_errors(&self) -> &Self {
        let errors: Vec<&str> = self
            .log
            .lines()
            .filter(|line| line.contains(r#""level":"ERROR""#))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        self
    }
}

impl Log {
    fn read(&self, stderr: ChildStderr) {
        for line in BufReader::new(stderr).lines() {
            let mut written = self.written.lock().unwrap();
            written.text.push_str(&line.unwrap());
            written.text.push('\n');
            self.bell.notify_all();
        }
        self.written.lock().unwrap().is_over = true;
        self.bell.notify_all();
    }
}
