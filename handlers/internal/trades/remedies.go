package trades

import (
	"bytes"
	"encoding/json"
	"strings"
)

// remedies tell the partner what to do about each reason. A reason may have behind
// it what the format asks for; the remedy is that of its sentence.
var remedies = map[Reason]string{
	NoHeader:       "begin the file with the header that the format asks for",
	MissingColumn:  "add the column to the header and to every row",
	RepeatedColumn: "give every column a name of its own",
	UnknownColumn:  "leave the column out, or have it added to the feed's format",
	ManyColumns:    "send the columns that the format asks for",
	BadHeader:      "write the header as CSV: names, parted by the delimiter, on one line",
	OtherDelimiter: "use the format's delimiter, or have the delimiter of the format changed",
	NoRows:         "send a file with rows, or have empty files allowed in the format",
	NoTrailer:      "send the whole file again",
	BehindTrailer:  "end the file with that line",
	WrongName:      "name the file as the format asks for",
	WrongNameDate:  "name the file by a date that exists",
	OtherEncoding:  "send UTF-8, or have the encoding declared in the format",
	NotText:        "send CSV, plain or as gzip, zip or zstd",
	CorruptGzip:    "compress the file anew and send it again",
	TruncatedGzip:  "send the whole file again",
	TrailingGzip:   "compress the file anew and send it again",
	CorruptZip:     "compress the file anew and send it again",
	TruncatedZip:   "send the whole file again",
	ZipMethod:      "make the zip with deflate and without a password",
	ZipFiles:       "send each file by itself",
	CorruptZstd:    "compress the file anew and send it again",
	TruncatedZstd:  "send the whole file again",
	ZstdWindow:     "compress the file without --long",
	TooManySymbols: "split the file",
	TooManyDates:   "split the file; a date in it may be wrong",
	TooManyBars:    "split the file, or sort its rows by time",
	TotalTooLarge:  "split the file; a size or price in it may be wrong",
	TooManyFaults:  "mend these first; the feed may need another format",
	TooSlow:        "split the file",

	BlankLine:         "remove the blank line",
	FieldCount:        "write a field for every column of the header, and quote fields that hold the delimiter",
	ColumnCount:       "write a field for every column of the format, and quote fields that hold the delimiter",
	RecordTooLong:     "look for a quote that is not closed, or shorten the record",
	UnterminatedQuote: "close the quote",
	BareQuote:         "quote the whole field and double the quote inside it",
	BareReturn:        "end lines with LF or CR LF",
	AfterQuote:        "double the quote inside the field",

	NotUTF8:          "write the file in UTF-8",
	NotEncoded:       "write the file in the encoding that the format declares",
	ControlCharacter: "remove the character",

	TimestampSyntax:    "write such as 2013-10-07T13:30:00.000Z",
	TimestampForm:      "write the time as the format declares",
	TimestampUnit:      "write the time in the unit that the format declares",
	TimestampDate:      "correct the date or the time of day",
	TimestampOffset:    "write the time in UTC, ending with Z",
	TimestampZone:      "write a zone such as America/New_York",
	TimestampSkipped:   "send the time in UTC, or have the format say which is meant",
	TimestampRepeated:  "send the time in UTC, or have the format say which is meant",
	TimestampPrecision: "write at most nine digits behind the second",
	TimestampLeap:      "write second 59",
	TimestampRange:     "correct the year, or the unit of the time",
	TimestampOrder:     "sort the rows by time",
	SymbolTimeOrder:    "sort the rows of each symbol by time",

	SymbolSyntax: "write 1 to 64 printable characters without blanks around them",
	SymbolForm:   "write the symbol as the format declares",

	NumberSyntax:    "write a number such as 181.52",
	NumberRange:     "correct the number",
	NumberPrecision: "round the number to 18 digits behind the point",
	PriceSign:       "correct the price, or have the feed declared with nonPositivePrices",
	SizeSign:        "leave the row out, or correct the size",
	NotionalRange:   "correct the price or the size",

	UnknownCondition: "correct the condition, or have it added to the format",
}

// Remedy says what the partner can do about it; empty for a reason that says so
// itself.
func (r Reason) Remedy() string {
	if remedy, found := remedies[r]; found {
		return remedy
	}
	sentence, _, _ := strings.Cut(string(r), ": ")
	return remedies[Reason(sentence)]
}

// MarshalJSON is a line of the report, with the remedy.
func (r Rejection) MarshalJSON() ([]byte, error) {
	type plain Rejection
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // as whoever encodes the report has it
	err := encoder.Encode(struct {
		plain
		Remedy string `json:"remedy"`
	}{plain(r), r.Reason.Remedy()})
	return line.Bytes(), err
}
