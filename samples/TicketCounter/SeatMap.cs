using System.Globalization;

namespace TicketCounter;

/// <summary>The numbered seats: rows A to J of 20 seats, as A1 to J20.</summary>
internal static class SeatMap
{
    public const int Rows = 10;
    public const int SeatsInRow = 20;

    public static string[] Seats { get; } = [.. from row in Enumerable.Range(0, Rows) from seat in Enumerable.Range(0, SeatsInRow) select Name(row, seat)];

    public static string Row(int row) => ((char)('A' + row)).ToString();

    public static string Name(int row, int seat) => string.Create(CultureInfo.InvariantCulture, $"{Row(row)}{seat + 1}");
}
