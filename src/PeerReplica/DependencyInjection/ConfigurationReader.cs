using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using PeerReplica.Hosting;

namespace PeerReplica.DependencyInjection;

/// <summary>
/// Sets options from configuration. A key that is no option, or a value that is not of its option's form, is noted at the options as a fault, which the validator reports with all others.
/// Without reflection, so that it can be trimmed and compiled ahead of time.
/// </summary>
internal sealed class ConfigurationReader(IConfiguration configuration) : IConfigureOptions<PeerReplicaOptions>
{
    /// <summary>More unknown keys than this mean that the configuration is not the options' section.</summary>
    private const int MaxUnknown = 10;

    private static readonly string[] s_secretWords = ["secret", "password", "token", "key"];

    public void Configure(PeerReplicaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (configuration is IConfigurationSection { Value.Length: > 0 } scalar)
            options.ReadingFaults.Add($"PeerReplica: '{scalar.Path}' is '{scalar.Value}', a single value; it must be a section whose keys are the options' names, such as '{scalar.Path}:Seeds'.");
        var unknown = 0;
        foreach (var section in configuration.GetChildren())
        {
            if (Settings.Find(section.Key) is { } setting) Read(setting, section, options);
            else if (unknown++ < MaxUnknown) options.ReadingFaults.Add(Unknown(section));
        }

        if (unknown > MaxUnknown)
            options.ReadingFaults.Add($"PeerReplica: {unknown - MaxUnknown} more keys are no settings. Bind the section of PeerReplica alone: AddPeerReplica(configuration.GetSection(\"PeerReplica\")).");
    }

    private static string Unknown(IConfigurationSection section)
    {
        var closest = Settings.Closest(section.Key);
        var hint = closest is not null ? $"did you mean {closest}?" : $"the settings are {string.Join(", ", Settings.All.Select(s => s.Name))}.";
        return $"PeerReplica: '{section.Path}' ({Shown(section)}) is no setting; {hint}";
    }

    private static void Read(Setting setting, IConfigurationSection section, PeerReplicaOptions options)
    {
        if (setting.Kind == SettingKind.List)
        {
            ReadList(setting, section, options);
            return;
        }

        if (section.GetChildren().Any())
        {
            options.ReadingFaults.Add($"PeerReplica: '{section.Path}' must be a single value, {FormsOf(setting)}; it is a section or a list with the keys {Keys(section)}.");
            return;
        }

        if (section.Value is not { } text) return;
        if (TryRead(setting, text, out var value, out var fault)) setting.Set(options, value);
        else options.ReadingFaults.Add($"PeerReplica: '{section.Path}' is {Shown(section)}; {setting.Name} must be {FormsOf(setting)}{fault}");
    }

    /// <summary>Elements under their indexes, and a single value: both, where one provider has the one and another the other.</summary>
    private static void ReadList(Setting setting, IConfigurationSection section, PeerReplicaOptions options)
    {
        if (section.Value is { Length: > 0 } single) setting.Set(options, single);

        // A variable that is not set, or an empty JSON array: nothing here tells them apart.
        if (section.Value is "" && setting.Name == nameof(PeerReplicaOptions.Seeds)) options.HasEmptySeeds = true;
        foreach (var element in section.GetChildren())
        {
            if (!int.TryParse(element.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                options.ReadingFaults.Add($"PeerReplica: '{element.Path}' ({Shown(element)}): {setting.Name} is a list, and '{element.Key}' is no index; use '{section.Path}:0', '{section.Path}:1' and so on.");
            else if (element.Value is not { } text)
                options.ReadingFaults.Add($"PeerReplica: '{element.Path}' must be a single value, {FormsOf(setting)}; it is {Shown(element)}.");
            else
                setting.Set(options, text);
        }
    }

    private static bool TryRead(Setting setting, string text, out object value, out string fault)
    {
        fault = ".";
        value = text;
        switch (setting.Kind)
        {
            case SettingKind.Switch:
                var isSwitch = bool.TryParse(text.Trim(), out var isOn);
                value = isOn;
                return isSwitch;
            case SettingKind.Number or SettingKind.Size:
                return TryReadNumber(setting, text, out value, out fault);
            case SettingKind.Duration:
                var isDuration = DurationText.TryParse(text, out var duration);
                value = duration;
                if (!isDuration && DurationText.IsBareNumber(text)) fault = $". A number alone has no unit: write {text.Trim()}ms or {text.Trim()}s.";
                return isDuration;
            default:
                return true;
        }
    }

    private static bool TryReadNumber(Setting setting, string text, out object value, out string fault)
    {
        value = 0L;
        fault = ".";
        var digits = text.AsSpan().Trim();
        var unit = 1L;
        if (setting.Kind == SettingKind.Size)
        {
            foreach (var (name, bytes) in (ReadOnlySpan<(string, long)>)[("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("B", 1L)])
            {
                if (!digits.EndsWith(name, StringComparison.Ordinal)) continue;
                unit = bytes;
                digits = digits[..^name.Length].TrimEnd();
                break;
            }
        }

        if (!Int128.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return false;

        // Saturated: a product of two such is far below the greatest number of 128 bits.
        number = Int128.Clamp(number, long.MinValue, long.MaxValue) * unit;
        if (number < setting.Range.Least) fault = $": at least {setting.Range.Least:N0}.";
        else if (number > setting.Range.Most) fault = $": at most {setting.Range.Most:N0}.";
        else value = (long)number;
        return fault == ".";
    }

    private static string FormsOf(Setting setting) => setting.Kind switch
    {
        SettingKind.Switch => "true or false",
        SettingKind.Number => $"a whole number from {setting.Range.Least:N0} to {setting.Range.Most:N0}, in digits only",
        SettingKind.Size => $"a number of bytes from {setting.Range.Least:N0} to {setting.Range.Most:N0}, in digits only or with B, KiB, MiB or GiB",
        SettingKind.Duration => $"a duration: {DurationText.Forms}",
        SettingKind.List => setting.Name == nameof(PeerReplicaOptions.Seeds) ? "host:port, or several separated by commas" : "a text",
        _ => "a text",
    };

    /// <summary>A value for a message; what may be a secret is not shown.</summary>
    private static string Shown(IConfigurationSection section)
    {
        if (section.GetChildren().Any()) return $"a section or a list with the keys {Keys(section)}";
        if (section.Value is not { } text) return "empty";
        return IsSecret(section.Key) ? "a value that is not shown" : $"'{(text.Length <= 100 ? text : text[..100] + "...")}'";
    }

    private static bool IsSecret(string key) =>
        (Settings.Closest(key) is { } closest && Settings.Find(closest)!.IsSecret) || s_secretWords.Any(s => key.Contains(s, StringComparison.OrdinalIgnoreCase) && Settings.Find(key) is null);

    private static string Keys(IConfigurationSection section) => string.Join(", ", section.GetChildren().Take(5).Select(c => c.Key));
}
