//! A long line on one machine: each octet arrives so much later, in both directions, however the
//! two ends talk.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The port of a line that ends at `target` on this machine. It stays until the process ends.
pub fn long_way_to(target: u16, one_way: Duration) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for near in listener.incoming() {
            let near = near.unwrap();
            thread::spawn(move || {
                // TCP's own handshake, which the system has answered at once.
                thread::sleep(one_way * 2);
                let far = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).unwrap();
                let (near_too, far_too) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                thread::spawn(move || carry(near, far, one_way));
                carry(far_too, near_too, one_way);
            });
        }
    });
    port
}

fn carry(mut from: TcpStream, mut to: TcpStream, one_way: Duration) {
    to.set_nodelay(true).unwrap();
    let (put, take) = mpsc::channel::<(Instant, Vec<u8>)>();
    let writing = thread::spawn(move || {
        for (due, octets) in take {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&octets).is_err() {
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut chunk = vec![0; 64 << 10];
    while let Ok(count) = from.read(&mut chunk) {
        if count == 0 || put.send((Instant::now() + one_way, chunk[..count].to_vec())).is_err() {
            break;
        }
    }
    drop(put);
    let _ = writing.join();
}
