using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>
/// Names a hold. Any instance can confirm or cancel it by this, once or repeatedly. Its text is the holder's id, a hyphen and the number in
/// hexadecimal, which fits into a URL or a cookie; JSON holds that text.
/// </summary>
/// <param name="Holder">The replica whose rights are held.</param>
/// <param name="Number">Counts that replica's holds, from 1.</param>
[JsonConverter(typeof(TextJsonConverter<HoldId>))]
public readonly record struct HoldId(ReplicaId Holder, ulong Number) : ISpanParsable<HoldId>, ISpanFormattable
{
    private const int HolderDigits = 32;
    private const int MaxNumberDigits = 16;

    /// <summary>The id as text that <see cref="TryParse(string?, out HoldId)"/> reads: fit for a URL or a cookie.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Holder}-{Number:x}");

    /// <summary>The id as <see cref="ToString()"/> gives it.</summary>
    /// <param name="format"><see langword="null"/>, empty or <c>G</c>: there is one format.</param>
    /// <param name="formatProvider">Not used: the text is the same in every culture.</param>
    /// <exception cref="FormatException">Another format was asked for.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        IdFormat.ThrowIfUnknown(format, nameof(HoldId));
        return ToString();
    }

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        IdFormat.ThrowIfUnknown(format, nameof(HoldId));
        return destination.TryWrite(CultureInfo.InvariantCulture, $"{Holder}-{Number:x}", out charsWritten);
    }

    /// <summary>Reads what <see cref="ToString()"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">The text is none.</exception>
    public static HoldId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(text.AsSpan(), null);
    }

    /// <summary>Reads what <see cref="ToString()"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id, when the text is one.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out HoldId id) => TryParse(text.AsSpan(), null, out id);

    /// <inheritdoc/>
    public static HoldId Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static HoldId Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => TryParse(s, provider, out var id)
        ? id
        : throw new FormatException($"'{s}' is no hold id: an id has {HolderDigits} hexadecimal digits, a hyphen, and 1 to 16 more.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out HoldId result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out HoldId result)
    {
        result = default;
        if (s.Length < HolderDigits + 2 || s[HolderDigits] != '-' || !ReplicaId.TryParse(s[..HolderDigits], provider, out var holder)) return false;
        var digits = s[(HolderDigits + 1)..];
        if (digits.Length > MaxNumberDigits || !IdFormat.IsHex(digits) || !ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)) return false;
        result = new HoldId(holder, number);
        return true;
    }
}
