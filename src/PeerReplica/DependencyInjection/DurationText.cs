using System.Buffers;
using System.Globalization;
using System.Xml;

namespace PeerReplica.DependencyInjection;

/// <summary>
/// Reads durations as people write them in configuration. A number alone has no unit and is refused; hours above 23 are hours, where <see cref="TimeSpan.Parse(string)"/> takes them for
/// days.
/// </summary>
internal static class DurationText
{
    /// <summary>For messages.</summary>
    public const string Forms = "250ms, 1.5s, 2m, 1h, 1d, 1h30m, hh:mm:ss such as 00:00:05, d.hh:mm:ss, or ISO 8601 such as PT5S";

    private static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> s_unitEnd = SearchValues.Create("0123456789. ");

    private static readonly (string Unit, long Ticks)[] s_units =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("millisecond", TimeSpan.TicksPerMillisecond), ("milliseconds", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond), ("sec", TimeSpan.TicksPerSecond), ("second", TimeSpan.TicksPerSecond), ("seconds", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute), ("min", TimeSpan.TicksPerMinute), ("minute", TimeSpan.TicksPerMinute), ("minutes", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour), ("hour", TimeSpan.TicksPerHour), ("hours", TimeSpan.TicksPerHour),
        ("d", TimeSpan.TicksPerDay), ("day", TimeSpan.TicksPerDay), ("days", TimeSpan.TicksPerDay),
    ];

    /// <summary>Reads a duration; one that no <see cref="TimeSpan"/> can hold becomes the longest, or the shortest.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var rest = text.AsSpan().Trim();
        var isNegative = rest.StartsWith("-");
        if (isNegative) rest = rest[1..];
        if (!TryParseUnits(rest, out var ticks) && !TryParseClock(rest, out ticks) && !TryParseIso(rest, out ticks))
        {
            duration = default;
            return false;
        }

        if (isNegative) ticks = -ticks;
        duration = ticks >= long.MaxValue ? TimeSpan.MaxValue : ticks <= long.MinValue ? TimeSpan.MinValue : new TimeSpan((long)Math.Round(ticks));
        return true;
    }

    /// <summary>Whether the text is a number without a unit.</summary>
    public static bool IsBareNumber(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>Numbers with units, the greatest unit first, each once.</summary>
    private static bool TryParseUnits(ReadOnlySpan<char> text, out decimal ticks)
    {
        ticks = 0;
        if (text.IsEmpty) return false;
        var previous = long.MaxValue;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(s_number);
            if (digits <= 0 || !TryParseNumber(text[..digits], out var number)) return false;
            text = text[digits..].TrimStart();
            var letters = text.IndexOfAny(s_unitEnd);
            if (letters < 0) letters = text.Length;
            var unit = 0L;
            foreach (var (name, length) in s_units)
            {
                if (text[..letters].Equals(name, StringComparison.OrdinalIgnoreCase)) unit = length;
            }

            if (unit == 0 || unit >= previous) return false;
            previous = unit;
            ticks = Math.Min(ticks + (number * unit), long.MaxValue);
            text = text[letters..].TrimStart();
        }

        return true;
    }

    /// <summary><c>[d.]hh:mm:ss[.fffffff]</c>: hours are hours, however many.</summary>
    private static bool TryParseClock(ReadOnlySpan<char> text, out decimal ticks)
    {
        ticks = 0;
        Span<Range> parts = stackalloc Range[4];
        if (text.Split(parts, ':') != 3) return false;
        var hoursText = text[parts[0]];
        var days = 0m;
        var dot = hoursText.IndexOf('.');
        if (dot >= 0 && !TryParseWhole(hoursText[..dot], out days)) return false;
        if (!TryParseWhole(hoursText[(dot + 1)..], out var hours) || (dot >= 0 && hours > 23)) return false;
        if (!TryParseWhole(text[parts[1]], out var minutes) || minutes > 59) return false;
        if (!TryParseNumber(text[parts[2]], out var seconds) || seconds >= 60) return false;
        ticks = Math.Min((days * TimeSpan.TicksPerDay) + (hours * TimeSpan.TicksPerHour) + (minutes * TimeSpan.TicksPerMinute) + (seconds * TimeSpan.TicksPerSecond), long.MaxValue);
        return true;
    }

    /// <summary>ISO 8601 without years and months, which are no fixed time.</summary>
    private static bool TryParseIso(ReadOnlySpan<char> text, out decimal ticks)
    {
        ticks = 0;
        if (!text.StartsWith("P")) return false;
        var time = text.IndexOf('T');
        if (text[..(time < 0 ? text.Length : time)].IndexOfAny('Y', 'M') >= 0) return false;
        try
        {
            ticks = XmlConvert.ToTimeSpan(text.ToString()).Ticks;
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static bool TryParseWhole(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        if (text.IsEmpty || text.Length > 12 || text.IndexOfAnyExceptInRange('0', '9') >= 0) return false;
        number = decimal.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        return text.Length <= 24 && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && (number = Math.Min(number, 1_000_000_000_000_000)) >= 0;
    }
}
