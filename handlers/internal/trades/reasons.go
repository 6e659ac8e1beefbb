package trades

// Reason is why something is rejected: one of the sentences below, some with what
// the file's format asks for behind it, so that counting by reason stays small.
// They speak to the partner.
type Reason string

// Faults of the whole file.
const (
	NoHeader       Reason = "the header is missing"
	MissingColumn  Reason = "the header lacks a column"
	RepeatedColumn Reason = "the header names a column twice"
	UnknownColumn  Reason = "the header names an unknown column"
	ManyColumns    Reason = "the header has more than 1,000 columns"
	BadHeader      Reason = "the header is not readable as CSV"
	OtherDelimiter Reason = "the fields are parted by another character"
	NoRows         Reason = "the file has no rows"
	NoTrailer      Reason = "the last line is missing, so the file was cut off"
	BehindTrailer  Reason = "something follows the line that ends the file"
	WrongName      Reason = "the file's name does not say what its format reads from it"
	WrongNameDate  Reason = "the date in the file's name is not one"
	OtherEncoding  Reason = "the file is in UTF-16: send UTF-8, or declare the encoding"
	NotText        Reason = "the file is not text, but in a form that is not read here: send CSV, plain or as gzip, zip or zstd"
	CorruptGzip    Reason = "the gzip data is corrupt"
	TruncatedGzip  Reason = "the gzip data ends too early"
	TrailingGzip   Reason = "something that is not gzip follows the gzip data"
	CorruptZip     Reason = "the zip data is corrupt"
	TruncatedZip   Reason = "the zip data ends too early"
	ZipMethod      Reason = "the zip data is encrypted, or compressed in a way that is not read here: use deflate"
	ZipFiles       Reason = "the zip data has not exactly one file in it: send one file alone"
	CorruptZstd    Reason = "the zstd data is corrupt"
	TruncatedZstd  Reason = "the zstd data ends too early"
	ZstdWindow     Reason = "the zstd data needs more than 32 MiB of memory: compress it without --long"
	TooManySymbols Reason = "the file has more than 65,536 pairs of a symbol and a date: split it"
	TooManyBars    Reason = "the file, which is not in the order of time, has more than 4,194,304 pairs of a symbol and a minute: split it, or sort it by time"
	TotalTooLarge  Reason = "the file's total volume, or its total of price × size, has more than 15 integer digits: split it"
	TooManyDates   Reason = "the file has trades on more than 366 dates: split it"
	TooManyFaults  Reason = "given up after 10,000 faults: what follows was not looked at"
	TooSlow        Reason = "the file cannot be read within the time that a function has: split it"
)

// Faults of a record.
const (
	BlankLine         Reason = "the line is blank"
	FieldCount        Reason = "the row has not as many fields as the header"
	ColumnCount       Reason = "the row has not as many fields as there are columns"
	RecordTooLong     Reason = "the record is longer than 64 KiB"
	UnterminatedQuote Reason = "a quoted field does not end within 64 KiB"
	BareQuote         Reason = "a quote stands inside a field that is not quoted"
	BareReturn        Reason = "a carriage return stands without a line feed"
	AfterQuote        Reason = "something follows the closing quote: a quote inside a quoted field is doubled"
)

// Faults of a field.
const (
	NotUTF8          Reason = "not valid UTF-8"
	NotEncoded       Reason = "not valid in the file's encoding"
	ControlCharacter Reason = "contains a control character"

	TimestampSyntax    Reason = "not an RFC 3339 timestamp such as 2013-10-07T13:30:00.000Z"
	TimestampForm      Reason = "not a timestamp of the form that is declared"
	TimestampUnit      Reason = "has not the digits of a timestamp in the unit that is declared"
	TimestampDate      Reason = "no such date or time of day"
	TimestampOffset    Reason = "not in UTC: write the offset as Z"
	TimestampZone      Reason = "no zone of that name in the IANA database"
	TimestampSkipped   Reason = "a local time that the clocks skipped"
	TimestampRepeated  Reason = "a local time that the clocks showed twice"
	TimestampPrecision Reason = "finer than nanoseconds"
	TimestampLeap      Reason = "a leap second has no place in Unix time: write second 59"
	TimestampRange     Reason = "outside the years 1678 to 2261"
	TimestampOrder     Reason = "earlier than the row before"
	SymbolTimeOrder    Reason = "earlier than the row of this symbol before"

	SymbolSyntax Reason = "a symbol is 1 to 64 printable characters, with no blank at either end"
	SymbolForm   Reason = "not a symbol of the form that is declared"

	NumberSyntax    Reason = "not a decimal number such as 181.52"
	NumberRange     Reason = "more than 18 integer digits"
	NumberPrecision Reason = "more than 18 fractional digits"
	PriceSign       Reason = "a price must be above zero in this feed"
	SizeSign        Reason = "a size must be above zero"
	NotionalRange   Reason = "price × size has more than 20 integer digits"

	UnknownCondition Reason = "a condition that the format does not know"
)
