//! The part of the Language Server Protocol that one test needs.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The timeout of the whole test. Most of the time is the build of the macros by rust-analyzer.
const AT_MOST: Duration = Duration::from_secs(5 * 60);

/// An editor with one open document.
pub(super) struct Editor {
    server: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    deadline: Instant,
    log: PathBuf,
    document: String,
    version: u64,
    requests: u64,
}

impl Drop for Editor {
    fn drop(&mut self) {
        // An error is ignored, because the program may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Editor {
    /// Opens `file` of the project in `folder` and waits until the server has analyzed it.
    pub(super) fn open(server: &mut Command, folder: &Path, file: &str, options: &Value) -> Self {
        let folder = folder.canonicalize().unwrap();
        let log = folder.join("log");
        let mut server = server
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{server:?}: {error}"));
        let input = server.stdin.take().unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (sender, messages) = channel();
        // A separate thread reads, because a read from a pipe has no timeout.
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let root = format!("file://{}", folder.display());
        let mut editor = Self {
            server,
            input,
            messages,
            deadline: Instant::now() + AT_MOST,
            log,
            document: format!("{root}/{file}"),
            version: 0,
            requests: 0,
        };
        let capabilities = json!({
            "experimental": { "serverStatusNotification": true },
            "general": { "positionEncodings": ["utf-8"] },
            "textDocument": { "hover": { "contentFormat": ["markdown"] } },
        });
        editor.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": root,
                "capabilities": capabilities,
                "initializationOptions": options,
            }),
        );
        editor.notify("initialized", &json!({}));
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let document = json!({
            "uri": editor.document, "languageId": "rust", "version": 0, "text": text,
        });
        editor.notify("textDocument/didOpen", &json!({ "textDocument": document }));
        editor.wait_until_ready();
        editor
    }

    /// Replaces the document with `text` and sends a request for the position that `$0` marks.
    pub(super) fn ask(&mut self, method: &str, text: &str) -> Value {
        let (before, after) = text.split_once("$0").unwrap();
        self.version += 1;
        let change = json!({
            "textDocument": { "uri": self.document, "version": self.version },
            "contentChanges": [{ "text": format!("{before}{after}") }],
        });
        self.notify("textDocument/didChange", &change);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let position = json!({
            "line": before.matches('\n').count(),
            "character": before.len() - line_start,
        });
        let document = json!({ "uri": self.document });
        self.request(
            method,
            &json!({ "textDocument": document, "position": position }),
        )
    }

    fn wait_until_ready(&mut self) {
        loop {
            let message = self.receive();
            let status = &message["params"];
            if message["method"] == "experimental/serverStatus" && status["quiescent"] == true {
                assert_eq!(status["health"], "ok", "{status:#}\n{}", self.log());
                return;
            }
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        const CONTENT_MODIFIED: i64 = -32801;
        loop {
            self.requests += 1;
            let id = self.requests;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.receive();
                if message["id"] == id && message["method"].is_null() {
                    break message;
                }
            };
            let error = &answer["error"];
            if error.is_null() {
                return answer["result"].clone();
            }
            // The document changed during the request. The protocol tells the client to send the
            // request again.
            assert_eq!(error["code"], CONTENT_MODIFIED, "{method}: {error:#}");
        }
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let sent = write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len());
        let sent = sent.and_then(|()| self.input.flush());
        sent.unwrap_or_else(|error| panic!("the server ended: {error}\n{}", self.log()));
    }

    /// Returns the next message. Requests of the server, such as to register a capability, get the
    /// result `null`, which every client may send.
    fn receive(&mut self) -> Value {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let message = match self.messages.recv_timeout(left) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => {
                panic!("not done after {AT_MOST:?}\n{}", self.log())
            }
            Err(RecvTimeoutError::Disconnected) => panic!("the server ended\n{}", self.log()),
        };
        if message["method"].is_string() && !message["id"].is_null() {
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
        message
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// Reads one message, or returns `None` at the end of the output.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None if line.is_empty() => return None,
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
