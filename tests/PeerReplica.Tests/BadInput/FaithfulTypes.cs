using System.Text.Json.Serialization;

#pragma warning disable CA1051, CA1815
namespace PeerReplica.Tests.BadInput;

/// <summary>Types that survive, though they look as if they might not.</summary>
public static class FaithfulTypes
{
    public enum Color
    {
        Red,
        Green,
    }

    public struct Point
    {
        public int X;
        public int Y;
    }

    public sealed class PublicFields
    {
        public int Number;
        public string? Text;
    }

    public sealed record Line(string Name, int Quantity, decimal Price)
    {
        public decimal Total => Quantity * Price;

        [JsonIgnore]
        public string Label => $"{Quantity} x {Name}";
    }

    [JsonDerivedType(typeof(Car), "car")]
    [JsonDerivedType(typeof(Bus), "bus")]
    public abstract record Vehicle(int Wheels);

    public sealed record Car(int Wheels, bool IsElectric) : Vehicle(Wheels);

    public sealed record Bus(int Wheels, int Seats) : Vehicle(Wheels);

    public sealed class Caching
    {
        private int? _square;

        public int Number { get; set; }

        public int Square => _square ??= Number * Number;
    }

    public sealed class Notifying
    {
        public event EventHandler? Changed;

        public int Number { get; set; }

        public void Raise() => Changed?.Invoke(this, EventArgs.Empty);
    }

    public sealed class Cart
    {
        [JsonIgnore]
        public int Visits { get; set; }

        public List<Line> Lines { get; init; } = [];
    }

    [method: JsonConstructor]
    public sealed class Constructed(int number, string text)
    {
        public int Number { get; } = number;

        public string Text { get; } = text;
    }

    public sealed class Included
    {
        [JsonInclude]
        public int Number { get; private set; }

        public static Included Of(int number) => new() { Number = number };
    }

    public sealed record Many(
        int? Nothing, Half Half, Int128 Wide, Guid Id, DateTime At, DateTimeOffset There, TimeSpan For, DateOnly Day, TimeOnly Hour, double Ratio, Color Color, Version Version);
}
