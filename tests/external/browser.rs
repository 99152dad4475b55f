//! A test of the quickstart in a real browser.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, json};

/// A program that is stopped at the end of the test, also after a failure.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // An error is ignored, because the program may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program and waits for the line of its output in which `find` finds something.
fn start(command: &mut Command, find: impl Fn(&str) -> Option<String>) -> (Running, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let running = Running(child);
    for line in lines.by_ref() {
        if let Some(found) = find(&line.unwrap()) {
            // The rest of the output is read so that it does not fill the pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return (running, found);
        }
    }
    panic!("{command:?} ended without printing its address");
}

pub(crate) fn quickstart(chromedriver: &str) {
    let (_server, address) = start(
        Command::new(env!("CARGO"))
            .args([
                "run",
                "--quiet",
                "--package",
                "jam-examples",
                "--example",
                "quickstart",
            ])
            .env("PORT", "0"),
        |line| {
            line.starts_with("http://127.0.0.1:")
                .then(|| line.to_owned())
        },
    );
    let (_driver, port) = start(Command::new(chromedriver).arg("--port=0"), |line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        Some(port.trim_end_matches('.').to_owned())
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(click_through(&address, &format!("http://127.0.0.1:{port}")));
}

async fn click_through(address: &str, driver: &str) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &format!("--user-data-dir={}", folder.path().display()),
    ];
    let mut capabilities = Map::new();
    capabilities.insert(
        "goog:chromeOptions".to_owned(),
        json!({ "args": arguments }),
    );
    let page = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(driver)
        .await
        .unwrap();
    page.goto(address).await.unwrap();
    let outcome = tokio::spawn(scenes(page.clone())).await;
    page.close().await.unwrap();
    outcome.unwrap();
}

async fn scenes(page: Client) {
    let mut seen = 0;
    // An anonymous caller.
    for button in ["jwt-user", "session-user", "bearer-none"] {
        let refused = click(&page, button, &mut seen).await;
        assert_eq!(refused.status, "401", "{button}");
        assert!(
            refused.text.contains("www-authenticate: Bearer"),
            "{}",
            refused.text
        );
        assert!(refused.text.contains("application/problem+json"));
    }
    // A caller with a token.
    assert_eq!(click(&page, "jwt-login", &mut seen).await.status, "200");
    for button in ["jwt-user", "bearer-user"] {
        let me = click(&page, button, &mut seen).await;
        assert_eq!(me.status, "200", "{button}");
        assert!(me.text.contains("\"user\": 1"), "{}", me.text);
    }
    let bad = click(&page, "bearer-bad", &mut seen).await;
    assert_eq!(bad.status, "401");
    assert!(bad.text.contains("invalid_token"), "{}", bad.text);
    assert_eq!(click(&page, "session-user", &mut seen).await.status, "401");
    // A caller with a session.
    assert_eq!(click(&page, "session-login", &mut seen).await.status, "200");
    let me = click(&page, "session-user", &mut seen).await;
    assert_eq!(me.status, "200");
    assert!(me.text.contains("\"user\": 1"), "{}", me.text);
    // No script can read a cookie. The browser holds both cookies.
    let visible = page
        .execute("return document.cookie", Vec::new())
        .await
        .unwrap();
    assert_eq!(visible, "");
    let mut held: Vec<(String, bool, Option<bool>)> = Vec::new();
    for cookie in page.get_all_cookies().await.unwrap() {
        let http_only = cookie.http_only().unwrap_or(false);
        held.push((cookie.name().to_owned(), http_only, cookie.secure()));
    }
    held.sort();
    let plain = |name: &str| (name.to_owned(), true, Some(false));
    assert_eq!(held, [plain("jwt"), plain("sessionId")]);
    // The logout.
    assert_eq!(click(&page, "logout", &mut seen).await.status, "200");
    assert!(page.get_all_cookies().await.unwrap().is_empty());
    for button in ["jwt-user", "session-user"] {
        assert_eq!(
            click(&page, button, &mut seen).await.status,
            "401",
            "{button}"
        );
    }
}

struct Exchange {
    status: String,
    text: String,
}

/// Clicks a button and waits until the page shows the resulting exchange.
async fn click(page: &Client, button: &str, seen: &mut usize) -> Exchange {
    page.find(Locator::Id(button))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    *seen += 1;
    let newest = format!("#exchanges li:first-child:nth-last-child({seen})");
    let shown = page
        .wait()
        .at_most(Duration::from_secs(10))
        .for_element(Locator::Css(&newest))
        .await
        .unwrap();
    Exchange {
        status: shown.attr("data-status").await.unwrap().unwrap_or_default(),
        text: shown.text().await.unwrap(),
    }
}
