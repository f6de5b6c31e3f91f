"""A server with holes, one for each tool that attacks the daemon: a tool that does not find the
hole here says nothing there. Never run it where anybody else can reach it.

    leaky.py PORT [CERTIFICATE KEY]    prints "ready"
"""
import os
import socket
import sqlite3
import ssl
import sys
import threading
from urllib.parse import parse_qs, urlsplit

# So few may talk at once, for as long as they like.
SLOTS = threading.BoundedSemaphore(25)
LINKS = ('<a href="/search?q=lathe">search</a> <a href="/greet?name=Rahim">greet</a>'
         '<form action="/greet"><input name="name"></form>')


def database():
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE machine (name TEXT, price INTEGER)")
    made.executemany("INSERT INTO machine VALUES (?, ?)", [("lathe", 10), ("press", 20)])
    return made


def answer(target):
    """Status and page. SQL made of text, text put in as markup, and a file left lying about."""
    parts = urlsplit(target)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path == "/":
        return 200, LINKS
    if parts.path == "/search":
        try:
            rows = database().execute("SELECT name, price FROM machine WHERE name = '"
                                      + asked.get("q", "") + "'").fetchall()
        except sqlite3.Error as error:
            return 500, f"SQLite error: near {error}"
        return 200, "".join(f"<li>{name}: {price}</li>" for name, price in rows) + LINKS
    if parts.path == "/greet":
        return 200, f"<html><body>Hello {asked.get('name', '')}!{LINKS}</body></html>"
    if parts.path == "/backup.zip":
        return 200, "PK and everything we have"
    return 404, "nothing here"


def read_head(line):
    head = b""
    while b"\r\n\r\n" not in head:
        part = line.recv(4096)
        if not part:
            return None
        head += part
    return head


def serve(line):
    try:
        head = read_head(line)
        if head is None:
            return
        start, *fields = head.split(b"\r\n\r\n")[0].split(b"\r\n")
        words = start.split()
        # What it does not expect ends all of it: the hole for mutated requests.
        if len(words) != 3 or not words[2].startswith(b"HTTP/1.") or \
                any(b":" not in field for field in fields):
            os._exit(1)
        status, page = answer(words[1].decode("latin-1"))
        body = page.encode()
        line.sendall(b"HTTP/1.0 %d X\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n"
                     % (status, len(body)) + body)
    except OSError:
        pass
    finally:
        line.close()
        SLOTS.release()


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(500)
    context = None
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(*sys.argv[2:4])
    print("ready", flush=True)
    while True:
        line, _ = listener.accept()
        SLOTS.acquire()
        try:
            line = context.wrap_socket(line, server_side=True) if context else line
        except OSError:
            SLOTS.release()
            continue
        threading.Thread(target=serve, args=(line,), daemon=True).start()


if __name__ == "__main__":
    main()
