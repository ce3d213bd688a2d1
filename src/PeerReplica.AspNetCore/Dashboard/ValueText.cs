using System.Globalization;
using System.Text.Json;
using PeerReplica.AspNetCore.NodeReports;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>Keys and values of any type as text for people.</summary>
internal static class ValueText
{
    public const int MaxLength = 1_000;
    private const int MaxBytes = 128;

    private static readonly JsonSerializerOptions s_json = new() { IncludeFields = true, MaxDepth = 32 };

    public static string Of(object? value) => ReportText.Cut(Format(value), MaxLength);

    private static string Format(object? value)
    {
        switch (value)
        {
            case null: return "";
            case string text: return text;
            case bool flag: return flag ? "true" : "false";
            case byte[] bytes: return bytes.Length <= MaxBytes ? Hex(bytes) : $"{Hex(bytes[..MaxBytes])}… ({bytes.Length} bytes)";
            case DateTime or DateTimeOffset: return ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture);
            case IFormattable formattable and (ValueType or Enum): return formattable.ToString(null, CultureInfo.InvariantCulture);
        }

        try
        {
            return JsonSerializer.Serialize(value, value.GetType(), s_json);
        }
#pragma warning disable CA1031 // Getters of the app's types run: whatever they throw, the other entries are shown.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"({value.GetType().Name}, which cannot be shown: {e.GetType().Name})";
        }
    }

    private static string Hex(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);
}
