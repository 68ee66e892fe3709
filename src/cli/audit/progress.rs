//! A progress bar on standard error, and Ctrl-C.

use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use crate::auditor::{Observer, Progress};

/// Shows how far an audit is, and stops it on Ctrl-C.
pub(super) struct Watcher {
    bar: ProgressBar,
    stop: AtomicBool,
}

impl Watcher {
    pub(super) fn new() -> Self {
        // Hidden where standard error is not a terminal.
        let bar = ProgressBar::new(0);
        let style = "{bar:32} {human_pos}/{human_len} ({per_sec}, {eta} left) {msg}";
        bar.set_style(ProgressStyle::with_template(style).expect("a template"));
        Self {
            bar,
            stop: AtomicBool::new(false),
        }
    }

    /// Take the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The first Ctrl-C asks the audit to end after what it is at; the second is the end.
    pub(super) async fn interrupted(&self) {
        for _ in 0..2 {
            if tokio::signal::ctrl_c().await.is_err() {
                // This machine has no such signal: wait for the audit alone.
                std::future::pending::<()>().await;
            }
            self.stop.store(true, Ordering::SeqCst);
        }
    }
}

impl Observer for Watcher {
    fn progress(&self, progress: &Progress) {
        self.bar
            .set_length(progress.entries_total.saturating_add(progress.leaves_total));
        self.bar.set_position(progress.entries + progress.leaves);
        let read = HumanBytes(progress.bytes);
        let message = if progress.tiles == 0 {
            format!("{read} read")
        } else {
            format!("{read} read, {} tiles compared", progress.tiles)
        };
        self.bar.set_message(message);
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}
