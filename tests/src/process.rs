//! Processes that cannot outlive the test.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex, OnceLock,
        mpsc::{Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// How long a process is given to end by itself when it is asked to.
const GRACE: Duration = Duration::from_secs(20);

type Order = (Command, Sender<std::io::Result<Child>>);

/// A process with its children in a group of its own; all are killed when this is dropped.
pub struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Starts `command`; what it writes goes to the file `log`.
    pub fn start(name: &str, mut command: Command, log: &Path) -> Process {
        let file = File::options().create(true).append(true).open(log).expect("a log can be opened");
        command.stdin(Stdio::null()).stderr(file.try_clone().expect("a log can be shared")).stdout(file);
        let child = start_in_nursery(command).unwrap_or_else(|e| panic!("{name} could not be started: {e}"));
        Process { child, name: name.into(), log: log.into() }
    }

    /// Its id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, where it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked")
    }

    /// Ends the test where the process is no longer there, with the last that it wrote.
    pub fn must_run(&mut self) {
        if let Some(status) = self.ended() {
            panic!("{} ended with {status}; the end of {}:\n{}", self.name, self.log.display(), self.last_lines());
        }
    }

    /// Asks it to end (SIGTERM), and says how it did; kills it where it does not.
    pub fn stop(&mut self) -> Option<ExitStatus> {
        signal(self.pid(), libc::SIGTERM);
        let asked = Instant::now();
        while asked.elapsed() < GRACE {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.kill();
        None
    }

    /// Kills this process alone (SIGKILL), as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn last_lines(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SAFETY: a plain system call. The group was made for this child, and has its id.
        unsafe { libc::kill(-self.child.id().cast_signed(), libc::SIGKILL) };
        let _ = self.child.wait();
    }
}

/// Sends a signal to one process.
pub fn signal(pid: u32, signal: i32) {
    // SAFETY: a plain system call without memory.
    unsafe { libc::kill(pid.cast_signed(), signal) };
}

/// The ids of the processes in whose command line `word` stands: those that work in a test's own folder.
pub fn with_word(word: &str) -> Vec<(u32, String)> {
    let entries = fs::read_dir("/proc").expect("/proc can be read");
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let line = |id: u32| fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let text = |id: u32| String::from_utf8_lossy(&line(id)).replace('\0', " ");
    ids.map(|id| (id, text(id))).filter(|(id, text)| *id != std::process::id() && text.contains(word)).collect()
}

/// A port on loopback that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Starts all children from one thread that lives as long as the tests: the kernel kills a child when the *thread* that
/// started it ends, and the threads of tests come and go. So children die with the tests, even where those are killed.
fn start_in_nursery(mut command: Command) -> std::io::Result<Child> {
    static NURSERY: OnceLock<Mutex<Sender<Order>>> = OnceLock::new();
    command.process_group(0);
    // SAFETY: between fork and exec only a plain system call is made.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    let nursery = NURSERY.get_or_init(|| {
        let (orders, received) = channel::<Order>();
        thread::spawn(move || {
            for (mut command, reply) in received {
                let _ = reply.send(command.spawn());
            }
        });
        Mutex::new(orders)
    });
    let (reply, child) = channel();
    nursery
        .lock()
        .expect("no one panics in here")
        .send((command, reply))
        .expect("the nursery lives as long as the tests");
    child.recv().expect("the nursery answers every order")
}
