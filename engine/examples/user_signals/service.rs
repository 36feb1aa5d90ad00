//! A feature service, generated: it knows each pin's topic. One line a call: the pin, and back its topic. Every seventh pin
//! it hangs up on the first time, so that there is something to repeat.

use std::{collections::HashSet, io, net::SocketAddr, thread, time::Duration};

use engine::dataflow::BoxError;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

const TOPICS: [&str; 6] = ["gardening", "cooking", "travel", "interiors", "fashion", "running"];

/// A client of the service.
#[derive(Debug, Clone, Copy)]
pub struct Features {
    address: SocketAddr,
}

impl Features {
    /// What a pin is about.
    pub async fn topic(self, pin: u64) -> Result<String, BoxError> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(format!("{pin}\n").as_bytes()).await?;
        let mut topic = String::new();
        match BufReader::new(stream).read_line(&mut topic).await? {
            0 => Err("the feature service hung up".into()),
            _ => Ok(topic.trim_end().to_owned()),
        }
    }
}

/// Starts the service on a thread of its own; it ends with the process.
pub fn start() -> io::Result<Features> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    thread::spawn(move || runtime.block_on(serve(listener)));
    Ok(Features { address })
}

async fn serve(listener: TcpListener) {
    let mut known = HashSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        let pin = match stream.read_line(&mut line).await {
            Ok(_) => line.trim_end().parse::<u64>().unwrap_or_default(),
            Err(_) => continue,
        };
        if known.insert(pin) && pin.is_multiple_of(7) {
            continue;
        }
        // A service takes its time; it answers many at once.
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(pin % 5)).await;
            let topic = TOPICS[(pin % 6) as usize];
            // Where nobody listens any more, nobody asks.
            let _ = stream.write_all(format!("{topic}\n").as_bytes()).await;
        });
    }
}
