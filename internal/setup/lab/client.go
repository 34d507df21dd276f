package lab

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// patience is how long a client waits for an answer.
const patience = 2 * time.Minute

// A Client speaks HTTP/1.1 over one connection that it keeps, one request after
// the other. It does what these programs need and no more, so that it takes
// little of the machine that it shares with the server it measures.
type Client struct {
	Headers []string // what NewClient was given
	addr    string
	head    []byte // what every request bears
	conn    net.Conn
	r       *bufio.Reader
	out     []byte
	body    bytes.Buffer
}

// An Answer is what came back.
type Answer struct {
	Status int
	Body   []byte        // until the next request
	Server time.Duration // what the server says it took; 0 if it does not say
	Took   time.Duration // from the first byte sent to the last one read
	Cookie string        // the last one set, as name=value
	Tag    string        // ETag
	Where  string        // Location
}

// NewClient returns a client of the server at addr; each of its requests bears
// headers, given as lines.
func NewClient(addr string, headers ...string) *Client {
	c := &Client{Headers: headers, addr: addr, head: []byte(" HTTP/1.1\r\nHost: " + addr + "\r\n")}
	for _, h := range headers {
		c.head = append(c.head, h+"\r\n"...)
	}
	return c
}

// Bearer is the header of a token.
func Bearer(token string) string { return "Authorization: Bearer " + token }

// Close closes the connection.
func (c *Client) Close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// Do asks and reads the whole answer. After an error nobody knows whether the
// server did what was asked; the next request connects anew.
func (c *Client) Do(method, path, media string, body []byte, headers ...string) (Answer, error) {
	began := time.Now()
	a, err := c.ask(method, path, media, body, headers)
	if err != nil {
		c.Close()
		return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	a.Took = time.Since(began)
	return a, nil
}

// Get asks for path.
func (c *Client) Get(path string) (Answer, error) { return c.Do("GET", path, "", nil) }

// JSON sends a body of JSON.
func (c *Client) JSON(method, path string, body []byte, headers ...string) (Answer, error) {
	return c.Do(method, path, "application/json", body, headers...)
}

func (c *Client) ask(method, path, media string, body []byte, headers []string) (Answer, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.addr, 5*time.Second)
		if err != nil {
			return Answer{}, err
		}
		c.conn, c.r = conn, bufio.NewReaderSize(conn, 16<<10)
	}
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return Answer{}, err
	}
	b := append(c.out[:0], method...)
	b = append(append(b, ' '), path...)
	b = append(b, c.head...)
	for _, h := range headers {
		b = append(append(b, h...), "\r\n"...)
	}
	if method != "GET" {
		b = append(append(append(b, "Content-Type: "...), media...), "\r\nContent-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n"...)
	}
	b = append(append(b, "\r\n"...), body...)
	c.out = b
	if _, err := c.conn.Write(b); err != nil {
		return Answer{}, err
	}
	return c.read()
}

var (
	lengthHead   = []byte("Content-Length")
	encodingHead = []byte("Transfer-Encoding")
	timingHead   = []byte("Server-Timing")
	cookieHead   = []byte("Set-Cookie")
	tagHead      = []byte("ETag")
	whereHead    = []byte("Location")
	closeHead    = []byte("Connection")
)

func (c *Client) read() (Answer, error) {
	line, err := c.line()
	if err != nil {
		return Answer{}, err
	}
	_, rest, _ := bytes.Cut(line, []byte(" "))
	var a Answer
	if a.Status, err = strconv.Atoi(string(rest[:min(3, len(rest))])); err != nil {
		return a, fmt.Errorf("no HTTP: %q", line)
	}
	length, chunked, closing := -1, false, false
	for {
		if line, err = c.line(); err != nil {
			return a, err
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, lengthHead):
			length, err = strconv.Atoi(string(value))
		case bytes.EqualFold(name, encodingHead):
			chunked = true
		case bytes.EqualFold(name, closeHead):
			closing = true
		case bytes.EqualFold(name, timingHead):
			a.Server = timing(value)
		case bytes.EqualFold(name, tagHead):
			a.Tag = string(value)
		case bytes.EqualFold(name, whereHead):
			a.Where = string(value)
		case bytes.EqualFold(name, cookieHead):
			pair, _, _ := bytes.Cut(value, []byte(";"))
			a.Cookie = string(pair)
		}
		if err != nil {
			return a, err
		}
	}
	c.body.Reset()
	switch {
	case chunked:
		err = c.chunks()
	case length > 0:
		_, err = io.CopyN(&c.body, c.r, int64(length))
	case length < 0 && a.Status != 204 && a.Status != 304:
		err = errors.New("an answer without an end")
	}
	a.Body = c.body.Bytes()
	if closing {
		c.Close()
	}
	return a, err
}

// timing reads "total;dur=1.234", milliseconds.
func timing(value []byte) time.Duration {
	_, ms, _ := bytes.Cut(value, []byte("dur="))
	f, err := strconv.ParseFloat(string(ms), 64)
	if err != nil {
		return 0
	}
	return time.Duration(f * float64(time.Millisecond))
}

func (c *Client) chunks() error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(line), 16, 64)
		if err != nil {
			return err
		}
		if _, err := io.CopyN(&c.body, c.r, n); err != nil {
			return err
		}
		if _, err := c.line(); err != nil || n == 0 {
			return err
		}
	}
}

func (c *Client) line() ([]byte, error) {
	line, err := c.r.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}
