package db

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"nhipcau/internal/fault"
)

var (
	errNested  = errors.New("db: a transaction inside another one of the same database")
	errClosed  = errors.New("db: the database is closed")
	errOver    = errors.New("db: the transaction is over")
	errOpen    = errors.New("db: a statement while rows are read; read them with All first")
	errEndless = errors.New("db: the folds never find an end")
	errExit    = errors.New("db: the closure ended its goroutine")
)

// faultOf gives a database's error its kind. An error that is not the
// database's own is returned as it is.
func faultOf(err error) error {
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return liteFault(err, lite.Code())
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresFault(err, pg.Code)
	}
	if lost(err) {
		return unavailable(err, "error.away")
	}
	return err
}

// lost reports whether the connection to PostgreSQL is what failed.
func lost(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, "08") || pg.Code == "57P01" || pg.Code == "57P02" // connection_exception, admin_shutdown, crash_shutdown
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	_, failed := errors.AsType[*pgconn.ConnectError](err)
	return failed || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err)
}

// committedFault is faultOf for what a commit in PostgreSQL returned: where the
// connection was lost, nobody knows whether the server committed.
func committedFault(err error) error {
	if lost(err) {
		return unavailable(err, "error.unsure")
	}
	return faultOf(err)
}

func liteFault(err error, code int) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fault.Wrap(fault.Conflict, err, "error.conflict")
	}
	switch code & 0xff {
	case sqlite3.SQLITE_READONLY:
		return unavailable(err, "error.readonly")
	case sqlite3.SQLITE_FULL:
		return unavailable(err, "error.disk_full")
	case sqlite3.SQLITE_IOERR:
		return unavailable(err, "error.disk")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return unavailable(err, "error.busy")
	}
	return err
}

func postgresFault(err error, state string) error {
	switch state {
	case "23505", "23503": // unique_violation, foreign_key_violation
		return fault.Wrap(fault.Conflict, err, "error.conflict")
	case "22021", "22P05": // character_not_in_repertoire, untranslatable_character: a NUL, or no UTF-8
		return fault.Wrap(fault.Invalid, err, "error.bad_form")
	case "25006": // read_only_sql_transaction
		return unavailable(err, "error.readonly")
	case "53100": // disk_full
		return unavailable(err, "error.disk_full")
	case "53200", "53300", "55P03": // out_of_memory, also of the server's table of locks; too_many_connections, lock_not_available
		return unavailable(err, "error.busy")
	case "57P03": // cannot_connect_now
		return unavailable(err, "error.away")
	}
	if lost(err) {
		return unavailable(err, "error.away")
	}
	return err
}

// clash reports whether a transaction failed only because of what ran beside it, so
// that it may run again: another transaction (serialization_failure,
// deadlock_detected), so many of them that the server had no room to note what each
// has read (out_of_memory), or a migration that changed a table under a statement that
// the driver had prepared.
func clash(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "53200" || pg.Code == "0A000" && strings.Contains(pg.Message, "cached plan"))
}
