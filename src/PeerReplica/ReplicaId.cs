using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>
/// Names one run of one instance: 128 bits, new at every start, so that a restart is a new replica and no dot is ever issued twice. Between
/// authenticated peers they follow from the key that the run signs with; otherwise they are random. The text is 32 lower-case hexadecimal
/// digits; JSON holds that text.
/// </summary>
/// <param name="Value">The bits.</param>
[JsonConverter(typeof(TextJsonConverter<ReplicaId>))]
public readonly record struct ReplicaId(UInt128 Value) : IComparable<ReplicaId>, ISpanParsable<ReplicaId>, ISpanFormattable
{
    private const int Digits = 32;

    /// <inheritdoc/>
    public int CompareTo(ReplicaId other) => Value.CompareTo(other.Value);

    /// <summary>The id as 32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>The first 8 hexadecimal digits: enough for a person to tell replicas apart.</summary>
    public string ToShortString() => ToString()[..8];

    /// <summary>The id as <see cref="ToString()"/> gives it.</summary>
    /// <param name="format"><see langword="null"/>, empty or <c>G</c>: there is one format.</param>
    /// <param name="formatProvider">Not used: the text is the same in every culture.</param>
    /// <exception cref="FormatException">Another format was asked for.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        IdFormat.ThrowIfUnknown(format, nameof(ReplicaId));
        return ToString();
    }

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        IdFormat.ThrowIfUnknown(format, nameof(ReplicaId));
        return Value.TryFormat(destination, out charsWritten, "x32", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads what <see cref="ToString()"/> wrote.</summary>
    /// <param name="text">32 hexadecimal digits.</param>
    /// <exception cref="FormatException">The text is none.</exception>
    public static ReplicaId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(text.AsSpan(), null);
    }

    /// <summary>Reads what <see cref="ToString()"/> wrote.</summary>
    /// <param name="text">32 hexadecimal digits.</param>
    /// <param name="id">The id, when the text is one.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out ReplicaId id) => TryParse(text.AsSpan(), null, out id);

    /// <inheritdoc/>
    public static ReplicaId Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static ReplicaId Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => TryParse(s, provider, out var id)
        ? id
        : throw new FormatException($"'{s}' is no replica id: an id has {Digits} hexadecimal digits.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ReplicaId result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ReplicaId result)
    {
        result = default;
        if (s.Length != Digits || !IdFormat.IsHex(s) || !UInt128.TryParse(s, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return false;
        result = new ReplicaId(value);
        return true;
    }

    /// <summary>Orders by value.</summary>
    public static bool operator <(ReplicaId left, ReplicaId right) => left.CompareTo(right) < 0;

    /// <summary>Orders by value.</summary>
    public static bool operator >(ReplicaId left, ReplicaId right) => left.CompareTo(right) > 0;

    /// <summary>Orders by value.</summary>
    public static bool operator <=(ReplicaId left, ReplicaId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by value.</summary>
    public static bool operator >=(ReplicaId left, ReplicaId right) => left.CompareTo(right) >= 0;
}
